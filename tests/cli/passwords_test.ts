import assert from "node:assert/strict";
import { StorageError, UsageError } from "../../lib/base/errors.ts";
import { resolvePassword } from "../../lib/cli/passwords.ts";

/** "geheim" as `x11vnc -storepasswd` writes it. */
const VNCPASSWD = Uint8Array.of(0x58, 0x83, 0xd7, 0x22, 0xba, 0x29, 0x1d, 0x2a);

const folder = Deno.makeTempDirSync({ prefix: "vncd-passwords-" });
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

async function passwordFile(contents: Uint8Array | string): Promise<string> {
  const path = await Deno.makeTempFile({ dir: folder });
  await Deno.writeFile(path, typeof contents === "string" ? new TextEncoder().encode(contents) : contents);
  return path;
}

function isUsage(sentence: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UsageError && sentence.test(error.message);
}

Deno.test("no source is no password", async () => assert.equal(await resolvePassword({}), undefined));

for (const text of ["geheim", "geheim\n", "geheim\r\n", "geheim\nsecond line\n"]) {
  Deno.test(`the password in a file of ${JSON.stringify(text)} is its first line`, async () => {
    assert.equal(await resolvePassword({ file: await passwordFile(text) }), "geheim");
  });
}

Deno.test("eight characters of text are the password and not of vncpasswd", async () => {
  assert.equal(await resolvePassword({ file: await passwordFile("password") }), "password");
});

Deno.test("a file of vncpasswd is understood, with a second password for viewing too", async () => {
  assert.equal(await resolvePassword({ file: await passwordFile(VNCPASSWD) }), "geheim");
  const both = Uint8Array.from([...VNCPASSWD, ...VNCPASSWD.toReversed()]);
  assert.equal(await resolvePassword({ file: await passwordFile(both) }), "geheim");
});

Deno.test("a file that is neither is refused", async () => {
  const file = await passwordFile(new Uint8Array(7));
  await assert.rejects(resolvePassword({ file }), isUsage(/it is neither text nor of vncpasswd$/));
  const large = await passwordFile("x".repeat(5_000));
  await assert.rejects(resolvePassword({ file: large }), isUsage(/it has 5000 bytes$/));
});

Deno.test("a file that cannot be read is a StorageError", async () => {
  await assert.rejects(
    resolvePassword({ file: "/no/such/file" }),
    (error) => error instanceof StorageError && /there is no such file$/.test(error.message),
  );
});

Deno.test("a command's first line is the password", async () => {
  assert.equal(await resolvePassword({ command: "printf 'geheim\\nmore\\n'" }), "geheim");
});

Deno.test("a command that fails is an error", async () => {
  await assert.rejects(resolvePassword({ command: "echo geheim; exit 3" }), isUsage(/the command exited with 3$/));
});

Deno.test("a file goes before the environment", async () => {
  const file = await passwordFile("geheim");
  assert.equal(await resolvePassword({ file, environment: "other" }), "geheim");
  assert.equal(await resolvePassword({ environment: "other" }), "other");
});

Deno.test("a source without a password never opens the door", async () => {
  const empty = isUsage(/^Cannot use an empty password: /);
  await assert.rejects(resolvePassword({ environment: "" }), empty);
  await assert.rejects(resolvePassword({ command: "true" }), empty);
  await assert.rejects(resolvePassword({ file: await passwordFile("\ngeheim") }), empty);
});

Deno.test("a file and a command together are refused", async () => {
  await assert.rejects(resolvePassword({ file: "x", command: "y" }), isUsage(/one password is enough$/));
});
