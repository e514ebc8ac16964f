/** Full updates of one picture, again and again: what they cost the server and the wire. */

import { connectVnc } from "../lib/client/open_vnc.ts";
import { Encoding } from "../lib/rfb/encodings.ts";
import type { BenchServer } from "./servers.ts";

/** What one server and encoding came to. */
export interface FullUpdateResult {
  readonly server: string;
  readonly encoding: string;
  readonly cpuMsPerUpdate: number;
  readonly bytesPerUpdate: number;
}

/** Encodings measured, by the name in the table. */
export const MEASURED_ENCODINGS: Readonly<Record<string, number>> = {
  raw: Encoding.Raw,
  hextile: Encoding.Hextile,
  zlib: Encoding.Zlib,
  tight: Encoding.Tight,
  zrle: Encoding.ZRLE,
};

const WARM_UP_UPDATES = 5;

/**
 * Asks for `updates` full non-incremental updates, one after the other. Undefined when the server answers in another
 * encoding than the one asked for.
 */
export async function measureFullUpdates(
  server: BenchServer,
  encodingName: string,
  updates: number,
): Promise<FullUpdateResult | undefined> {
  const encoding = MEASURED_ENCODINGS[encodingName]!;
  const client = await connectVnc(`127.0.0.1::${server.port}`, { encodings: [encoding] });
  let bytes = 0;
  let used = new Set<number>();
  client.on("serverMessage", (message) => {
    bytes += message.bytes?.length ?? 0;
    for (const rect of message.rects) used.add(rect.encoding);
  });
  async function fullUpdates(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const covered = client.nextUpdate();
      client.requestUpdate(false);
      await covered;
    }
  }
  try {
    await fullUpdates(WARM_UP_UPDATES);
    [bytes, used] = [0, new Set()];
    const cpuBefore = server.cpuMs();
    await fullUpdates(updates);
    const cpuMs = server.cpuMs() - cpuBefore;
    if (!used.has(encoding)) return undefined;
    const perUpdate = { cpuMsPerUpdate: cpuMs / updates, bytesPerUpdate: bytes / updates };
    return { server: server.name, encoding: encodingName, ...perUpdate };
  } finally {
    client.close();
  }
}
