import { embeddedBalancerApp } from '../balancer/embedded/app.ts';
import { balancerContract } from './balancer-contract.ts';

balancerContract('the embedded load balancer', { create: embeddedBalancerApp });
