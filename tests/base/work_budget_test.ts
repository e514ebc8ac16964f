import assert from "node:assert/strict";
import { WorkBudget } from "../../lib/base/work_budget.ts";

Deno.test("WorkBudget is spent when its time has passed", () => {
  assert.equal(new WorkBudget(-1).isSpent, true);
  assert.equal(new WorkBudget(Infinity).isSpent, false);
});

Deno.test("WorkBudget lets timers have their turn when it rests", async () => {
  let turns = 0;
  setTimeout(() => turns++, 0);
  await new WorkBudget(1).rest();
  assert.equal(turns, 1);
});
