import { chmodSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { ownUser } from "../../src/files/user-names.ts";
import { problemsOf } from "../support/config.ts";
import { giveAway, IS_ROOT, OTHER_USER } from "../support/other-user.ts";
import { tempFolder } from "../support/temp.ts";

const FILES = {
  "stack.config.yaml": "hmi: { port: 7101 }\n",
  "stack.config.json": '{ "hmi": { "port": 7101 } }',
  "stack.config.ts":
    'import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("ran", import.meta.url), "");\nexport default { hmi: { port: 7101 } };\n',
} as const;

/** A folder like /tmp with a configuration that all may write, and a folder of ours in it. */
function sharedFolder(name: keyof typeof FILES): { root: string; file: string; cwd: string } {
  const root = realpathSync(tempFolder({ [name]: FILES[name] }));
  const [file, cwd] = [join(root, name), join(root, "ours")];
  mkdirSync(cwd);
  chmodSync(root, 0o1777);
  chmodSync(file, 0o666);
  return { root, file, cwd };
}

test.each(Object.keys(FILES) as (keyof typeof FILES)[])(
  "%s that others may write is not read, and not run, where it is found; it is where it is named or allowed",
  async (name) => {
    const { root, file, cwd } = sharedFolder(name);
    await expect(loadConfig({ cwd, env: {} })).rejects.toMatchObject({
      code: "config_untrusted",
      exitCode: 2,
      message: `The configuration ${file} is not read: others may write it, which belongs to ${ownUser()} (mode 0666).`,
      hint: expect.stringMatching(
        /chmod go-w .*\n.*name it \(--config .*\) or allow its folder \(STACK_SAFE_DIRECTORIES=.*\)/,
      ),
    });
    expect(existsSync(join(root, "ran"))).toBe(false);
    for (const given of [{ file, env: {} }, { env: { STACK_SAFE_DIRECTORIES: root } }]) {
      expect((await loadConfig({ cwd, ...given })).hmi.port).toBe(7101);
    }
  },
);

test("a folder is allowed by the environment that was given alone", async () => {
  const { cwd } = sharedFolder("stack.config.ts");
  process.env["STACK_SAFE_DIRECTORIES"] = "*";
  onTestFinished(() => {
    delete process.env["STACK_SAFE_DIRECTORIES"];
  });
  await expect(loadConfig({ cwd, env: {} })).rejects.toMatchObject({ code: "config_untrusted" });
});

test("a file of ours in a folder of ours in a folder like /tmp is read", async () => {
  const { cwd } = sharedFolder("stack.config.yaml");
  writeFileSync(join(cwd, "stack.config.yaml"), "hmi: { port: 7102 }\n");
  expect((await loadConfig({ cwd, env: {} })).hmi.port).toBe(7102);
});

test.runIf(IS_ROOT)("in a folder like /tmp, another user's file is not read (as root only)", async () => {
  const { file, cwd } = sharedFolder("stack.config.yaml");
  chmodSync(file, 0o644);
  expect((await loadConfig({ cwd, env: {} })).hmi.port).toBe(7101);
  giveAway(file);
  await expect(loadConfig({ cwd, env: {} })).rejects.toMatchObject({
    code: "config_untrusted",
    message: expect.stringContaining(`it belongs to ${OTHER_USER.name} (mode 0644)`),
  });
});

test("nor is a file of variables that others may write, whose lines choose what a service loads", async () => {
  const config = "services: { a: { command: [node], port: 7103, env_files: [.env] } }\n";
  const cwd = realpathSync(tempFolder({ "stack.config.yaml": config, ".env": "LD_PRELOAD=/tmp/x.so\n" }));
  const file = join(cwd, ".env");
  chmodSync(file, 0o666);
  const [problem] = await problemsOf({ cwd });
  expect(problem).toContain(
    `${file} is not read: others may write it, which belongs to ${ownUser()} (mode 0666)`,
  );
  chmodSync(file, 0o600);
  expect(Object.keys((await loadConfig({ cwd, env: {} })).services)).toEqual(["a"]);
});
