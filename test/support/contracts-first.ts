import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The order in which files begin. Contract suites are long, though the files that name them are short: begun last, as
 * short files are, they would run on when all others are through.
 */
export class ContractsFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const { contracts = [], others = [] } = Object.groupBy(await super.sort(files), ({ moduleId }) =>
			/contract\b[^/]*\.test\.ts$|\/contract\//.test(moduleId) ? 'contracts' : 'others',
		);
		return [...contracts, ...others];
	}
}
