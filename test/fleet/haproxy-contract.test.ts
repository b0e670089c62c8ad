import { balancerContract } from '../contract/balancer-contract.ts';
import { haproxyApp } from './haproxy-app.ts';

balancerContract('HAProxy over SSH', { create: () => haproxyApp() });
