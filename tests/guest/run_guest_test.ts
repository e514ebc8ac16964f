import assert from "node:assert/strict";
import { Display } from "../../lib/display/display.ts";
import { runGuest } from "../../lib/guest/run_guest.ts";
import type { GuestContext, Scene } from "../../lib/guest/scene.ts";
import { Machine } from "../../lib/machine/machine.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";

async function withMachine(
  use: (machine: Machine, clock: FakeClock, power: AbortController) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const display = new Display({ width: 8, height: 8, clock });
  const machine = new Machine(display, { vramBytes: 1 << 20, clock });
  const power = new AbortController();
  try {
    await use(machine, clock, power);
  } finally {
    power.abort();
    machine.close();
    display.close();
  }
}

Deno.test("a scene runs until the power goes", async () => {
  await withMachine(async (machine, clock, power) => {
    let guest: GuestContext | undefined;
    const scene: Scene = { name: "x", start: (given) => void (guest = given) };
    const running = runGuest(scene, machine, { clock, signal: power.signal });
    await settle();
    assert.equal(guest?.signal.aborted, false);
    power.abort();
    await running;
    assert.equal(guest?.signal.aborted, true);
  });
});

Deno.test("a reset, by the guest or from outside, starts the scene anew", async () => {
  await withMachine(async (machine, clock, power) => {
    const guests: GuestContext[] = [];
    const running = runGuest({ name: "x", start: (guest) => void guests.push(guest) }, machine, {
      clock,
      signal: power.signal,
    });
    await settle();
    guests[0]!.firmware.reboot();
    assert.equal(guests[0]!.signal.aborted, true);
    await clock.advanceSlowly(200, 50);
    assert.equal(guests.length, 2);
    machine.reset();
    await clock.advanceSlowly(200, 50);
    assert.equal(guests.length, 3);
    assert.equal(guests[2]!.signal.aborted, false);
    power.abort();
    await running;
  });
});

Deno.test("after a reset keys go to the new boot only", async () => {
  await withMachine(async (machine, clock, power) => {
    const seen: string[] = [];
    let boots = 0;
    const scene: Scene = {
      name: "x",
      start(guest): void {
        const boot = ++boots;
        guest.firmware.keyboard.onKey((event) => seen.push(`${boot}${event.name}`));
      },
    };
    const running = runGuest(scene, machine, { clock, signal: power.signal });
    await settle();
    machine.reset();
    await clock.advanceSlowly(200, 50);
    machine.input.putKeycode(0x1e, true);
    await settle();
    assert.deepEqual(seen, ["2a"]);
    power.abort();
    await running;
  });
});

Deno.test("what a scene throws while it runs is the run's error", async () => {
  await withMachine(async (machine, clock, power) => {
    const failing: Scene = {
      name: "x",
      async start(guest): Promise<void> {
        await guest.sleep(10);
        throw new Error("on purpose");
      },
    };
    const running = assert.rejects(runGuest(failing, machine, { clock, signal: power.signal }), /on purpose/);
    await clock.advanceSlowly(20, 10);
    await running;
  });
});

Deno.test("what a scene throws because it was stopped is nobody's affair", async () => {
  await withMachine(async (machine, clock, power) => {
    const scene: Scene = {
      name: "x",
      async start(guest): Promise<void> {
        for await (const _ of guest.firmware.keyboard);
        throw new Error("no keys any more");
      },
    };
    const running = runGuest(scene, machine, { clock, signal: power.signal });
    await settle();
    power.abort();
    await running;
  });
});

Deno.test("a stopped guest's timers and sleeps do not come any more", async () => {
  await withMachine(async (machine, clock, power) => {
    const heard: string[] = [];
    const scene: Scene = {
      name: "x",
      start(guest): void {
        guest.clock.setTimer(() => heard.push("timer"), 50);
        guest.sleep(50).then(() => heard.push("sleep"));
        guest.clock.setTimer(() => heard.push("cancelled"), 10).cancel();
      },
    };
    const running = runGuest(scene, machine, { clock, signal: power.signal });
    await settle();
    power.abort();
    await running;
    await clock.advanceSlowly(200, 50);
    assert.deepEqual(heard, []);
  });
});

Deno.test("a scene that reboots at once leaves the process its turn", async () => {
  await withMachine(async (machine, clock, power) => {
    let boots = 0;
    const scene: Scene = {
      name: "x",
      start(guest): void {
        boots++;
        guest.firmware.reboot();
      },
    };
    const running = runGuest(scene, machine, { clock, signal: power.signal });
    await settle();
    assert.equal(boots, 1);
    await clock.advanceSlowly(200, 100);
    assert.ok(boots >= 2);
    power.abort();
    await running;
  });
});
