import { chmodSync, existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { chooseInterpreter } from "../../src/init/interpreters.ts";
import { tempFolder } from "../support/temp.ts";

/** A folder with a `python3` that says that these modules are missing. */
function pythonWithout(...missing: string[]): string {
  const folder = tempFolder({ python3: `#!/bin/sh\necho ${missing.join(" ")}\n` });
  chmodSync(join(folder, "python3"), 0o755);
  return folder;
}

const choose = (...folders: string[]) =>
  chooseInterpreter("FastAPI", tempFolder(), undefined, folders.join(delimiter));

test("the first python3 on the PATH is taken where it has the framework", async () => {
  expect(await choose(pythonWithout(), pythonWithout())).toEqual({ file: "python3" });
});

test("one without the framework is passed over for one that has it, and that is told", async () => {
  const [without, having] = [pythonWithout("fastapi"), pythonWithout()];
  expect(await choose(without, having)).toEqual({
    file: `${having}/python3`,
    warning: { what: `${without}/python3 has no fastapi`, where: `${having}/python3 has, and is used` },
  });
});

test("where none has the framework, what is lacking is told", async () => {
  const [without] = [pythonWithout("fastapi", "uvicorn")];
  expect(await choose(without)).toEqual({
    file: "python3",
    warning: {
      what: `${without}/python3 has no fastapi and no uvicorn`,
      where: "install fastapi and uvicorn before `stack up`",
    },
  });
});

test("a virtual environment is kept, and who has the framework is told", async () => {
  const having = pythonWithout();
  const root = pythonWithout("uvicorn");
  expect(await chooseInterpreter("FastAPI", root, "python3", having)).toEqual({
    file: "python3",
    warning: {
      what: `${root}/python3 has no uvicorn`,
      where: `${having}/python3 has: use that, or install fastapi and uvicorn before \`stack up\``,
    },
  });
});

test("a virtual environment that others may write is not run", async () => {
  const ran = join(tempFolder(), "ran");
  const root = realpathSync(tempFolder({ python3: `#!/bin/sh\ntouch ${ran}\n` }));
  chmodSync(join(root, "python3"), 0o777);
  expect(await chooseInterpreter("FastAPI", root, "python3", "")).toEqual({
    file: "python3",
    warning: {
      what: expect.stringMatching(
        /python3 was not asked whether it has fastapi and uvicorn: others may write it/,
      ),
      where: `Close it to them: \`chmod go-w ${root}/python3\``,
    },
  });
  expect(existsSync(ran)).toBe(false);
});

test("a PATH without a python3 is told", async () => {
  expect((await choose(tempFolder())).warning?.what).toBe("there is no python3 on the PATH");
});
