/** CPU time and memory of other processes, from /proc. */

/**
 * CPU of one process, user and system, all threads, in milliseconds. The scheduler counts nanoseconds for each thread,
 * where the process's own utime and stime move in ticks of 10 ms.
 */
export class ProcessCpu {
  readonly #pid: number;
  /** By thread: what a thread that has ended has used stays counted. */
  readonly #nanoseconds = new Map<string, number>();

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Milliseconds so far, of all threads that were alive at any reading. */
  readMs(): number {
    for (const { name } of Deno.readDirSync(`/proc/${this.#pid}/task`)) {
      const used = readThread(`/proc/${this.#pid}/task/${name}/schedstat`);
      if (used !== undefined) this.#nanoseconds.set(name, used);
    }
    let sum = 0;
    for (const used of this.#nanoseconds.values()) sum += used;
    return sum / 1e6;
  }
}

function readThread(path: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(path).split(" ")[0]);
  } catch {
    // it ended between the listing and now
    return undefined;
  }
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const match = Deno.readTextFileSync(`/proc/${pid}/status`).match(/^VmRSS:\s+(\d+) kB$/m);
  return Number(match?.[1] ?? Number.NaN) * 1024;
}
