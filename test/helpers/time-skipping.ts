import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTestServer } from '../../local/test-server.ts';

/** The SDK gives a server 5 s to start; a busy machine may need more for its Java. */
const TRIES = 4;

/** Search attributes of ours as the API numbers their types: keyword and instant. */
const SEARCH_ATTRIBUTES = { BcSource: 2, BcFrNumber: 2, BcFrState: 2, BcOrderId: 2, BcNextStepAt: 6 };

/** A Temporal that skips time. It knows our search attributes: a workflow would wait for ever for one that does not. */
export async function startTimeSkipping(triesLeft = TRIES): Promise<TestWorkflowEnvironment> {
  const { path } = await findTestServer();
  try {
    const server = { executable: { type: 'existing-path' as const, path } };
    const environment = await TestWorkflowEnvironment.createTimeSkipping({ server });
    const { operatorService } = environment.connection;
    await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: SEARCH_ATTRIBUTES });
    return environment;
  } catch (error) {
    if (triesLeft <= 1) throw error;
    return startTimeSkipping(triesLeft - 1);
  }
}
