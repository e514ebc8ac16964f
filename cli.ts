/** The executable: `vncd serve`, `record` and `replay`. */

import config from "./deno.json" with { type: "json" };
import { systemHost } from "./lib/cli/host.ts";
import { main } from "./lib/cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args, systemHost(), config.version));
