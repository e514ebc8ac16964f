/** Builds lib/web/assets/novnc.js, noVNC as one module for the viewer page; with `--check` compares instead of writing. */

import config from "../deno.json" with { type: "json" };

const BUNDLE = new URL("../lib/web/assets/novnc.js", import.meta.url);
const SPECIFIER = config.imports["@novnc/novnc"];
const PACKAGE = SPECIFIER.replace(/^npm:/, "");

const HEAD = `/*
 * ${PACKAGE}, its module core/rfb.js and what that imports, put into one file by tools/bundle_novnc.ts. Do not edit.
 *
 * noVNC is Copyright (C) The noVNC authors and licensed under the Mozilla Public License 2.0
 * (http://www.mozilla.org/MPL/2.0/). Its source, unchanged, is the npm package ${PACKAGE}.
 * vendor/pako: Copyright (C) 2014-2016 by Vitaly Puzrin, MIT license; after zlib by Jean-loup Gailly and Mark Adler.
 * core/crypto/des.js: Copyright (c) 1999 AT&T Laboratories Cambridge, (c) 1996 Widget Workshop, Inc.; BSD style licenses.
 */
`;

/** Bundles the package and returns the file's text. Throws when the bundler fails. */
export async function bundleNovnc(): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/entry.js`, `export { default } from "${SPECIFIER}";\n`);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--no-config", "--platform", "browser", "--output", "bundle.js", "entry.js"],
      cwd: directory,
      stderr: "piped",
    });
    const { code, stderr } = await command.output();
    if (code !== 0) throw new Error(`Cannot bundle ${PACKAGE}: ${new TextDecoder().decode(stderr)}`);
    return HEAD + withoutPaths(await Deno.readTextFile(`${directory}/bundle.js`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The bundler names each module by where this machine keeps it. */
function withoutPaths(text: string): string {
  return text.replace(/^\/\/ \S*\/@novnc\/novnc\/[^/\s]+\//gm, `// ${PACKAGE}/`);
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(args: readonly string[]): Promise<number> {
  const built = await bundleNovnc();
  if (!args.includes("--check")) {
    await Deno.writeTextFile(BUNDLE, built);
    say(`novnc.js: ${built.length} characters`);
    return 0;
  }
  if (built === await Deno.readTextFile(BUNDLE)) return 0;
  say("Cannot accept novnc.js: it is not what the package bundles to, run `deno run -A tools/bundle_novnc.ts`");
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
