import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OrchestrationEngine, PawlError } from 'pawl';
import { withWorker } from '../with-worker.js';
import { readJson, writeJson } from './json-file.js';
import { euros, officeFiles, paymentsFile } from './office.js';
import { operate } from './operate.js';
import { expenseClaim } from './workflow.js';

const folder = await mkdtemp(join(tmpdir(), 'pawl-approval-'));
try {
  await openOffice();
  const isPaid = await withWorker([expenseClaim], payClaim);
  process.exitCode = isPaid ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** There is a claim, but nobody has thought of its cost centre. */
async function openOffice(): Promise<void> {
  await mkdir(join(folder, 'cost-centres'));
  await writeJson(officeFiles(folder).receipts, [
    { for: 'train', amount: 18_950 },
    { for: 'hotel', amount: 21_300 },
    { for: 'coffee', amount: 1_000 },
  ]);
}

async function payClaim(engine: OrchestrationEngine): Promise<boolean> {
  const run = await engine.start(expenseClaim, { folder, costCentre: 'travel' });
  console.log(`\nExpense claim: ${run.url ?? run.id}\n`);
  await operate(run, folder);

  const { audit } = await run.status();
  console.log('\nThe audit trail:\n');
  for (const { at, actor, verb, task = '', reason } of audit) {
    console.log(`  ${at.toISOString()}  ${actor.padEnd(12)}  ${verb.padEnd(7)} ${task.padEnd(7)}  ${reason}`);
  }
  try {
    const { payment } = await run.result();
    console.log(`\n✔ ${euros(payment.amount)} paid from '${payment.costCentre}', approved by ${payment.approvedBy}.`);
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    console.log(`\n✖ ${error.message}`);
  }
  const payments = (await readJson(officeFiles(folder).payments, paymentsFile)) ?? {};
  return Object.keys(payments).length === 1;
}
