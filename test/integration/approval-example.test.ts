import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess } from 'pawl/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readJson, writeJson } from '../../examples/approval/json-file.js';
import { officeFiles, paymentsFile } from '../../examples/approval/office.js';
import { expenseClaim } from '../../examples/approval/workflow.js';
import { runExample } from '../support/run-example.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-approval-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('npm run example:approval', () => {
  test('puts right what the held task failed for, retries it, approves, and pays', async () => {
    const { exitCode, output } = await runExample('approval', folder);
    expect(output).toMatch(/budget +held: no cost centre 'travel': .+ is missing/);
    expect(output).toContain(
      [
        'payment is pending: it waits for what it needs: approve',
        '  approve is pending: it waits for what it needs: budget',
        '  budget is held: it failed:',
      ].join('\n'),
    );
    expect(output).toMatch(/finance-desk +retry +budget +opened the cost centre/);
    expect(output).toMatch(/team-lead +approve +approve +the trip was agreed on/);
    expect(output).toContain("✔ €412.50 paid from 'travel', approved by team-lead.");
    expect(exitCode).toBe(0);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^pawl-/));
  });
});

describe('an expense claim', () => {
  test('that is rejected is not paid', async () => {
    await openOffice({ left: 10_000 });
    const run = await claim({ approvals: { approve: 'reject' } });
    expect(run.outcome).toBe('failed');
    expect(run.task('payment').state).toBe('upstream_failed');
    expect(await payments()).toEqual([]);
  });

  test('above the budget is held until there is more', async () => {
    await openOffice({ left: 100 });
    const run = await claim({
      approvals: { approve: { actor: 'team-lead' } },
      steer: async (steered) => {
        await steered.waitFor('budget', 'held');
        expect(steered.task('budget').cause).toContain("'travel' has €1.00 left, of €60.00");
        await writeJson(officeFiles(folder).costCentre('travel'), { left: 10_000 });
        await steered.task('budget').retry({ actor: 'finance-desk' });
      },
    });
    expect(run.outcome).toBe('completed');
    expect(run.audit.map(({ actor, verb }) => `${actor} ${verb}`)).toEqual(['finance-desk retry', 'team-lead approve']);
    expect(await payments()).toEqual([{ amount: 6_000, costCentre: 'travel', approvedBy: 'team-lead' }]);
  });

  test('whose payment is repeated is paid once', async () => {
    await openOffice({ left: 10_000 });
    await claim({ workflowId: 'claim-1', approvals: { approve: 'approve' } });
    await claim({ workflowId: 'claim-1', approvals: { approve: 'approve' } });
    expect(await payments()).toHaveLength(1);
  });
});

async function openOffice(costCentre: { left: number }): Promise<void> {
  await mkdir(join(folder, 'cost-centres'));
  await writeJson(officeFiles(folder).costCentre('travel'), costCentre);
  await writeJson(officeFiles(folder).receipts, [
    { for: 'train', amount: 2_500 },
    { for: 'museum', amount: 3_500 },
  ]);
}

function claim(options: Parameters<typeof runInProcess<typeof expenseClaim>>[2]) {
  return runInProcess(expenseClaim, { folder, costCentre: 'travel' }, options);
}

async function payments() {
  return Object.values((await readJson(officeFiles(folder).payments, paymentsFile)) ?? {});
}
