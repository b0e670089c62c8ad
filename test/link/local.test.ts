import { describe } from 'vitest';
import { localLink } from '../../src/link/local.ts';
import { linkContract } from './contract.ts';

describe('the link to this machine', () => linkContract(async () => localLink));
