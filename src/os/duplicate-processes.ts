import { basename, isAbsolute, resolve } from "node:path";
import { allPids, commandOf, environmentOf, holdsListener, networkOf, parentOf } from "./linux-processes.ts";
import { describeProcess } from "./process-identity.ts";
import { MARK, type ProcessDetails } from "./process-table.ts";

/**
 * Living processes of the same program that listen nowhere: started as if the owner of the port were not there,
 * and still about. Its parents and children are none, nor are the workers of any other program: only what a person
 * or a keeper started is a service. One in a network of its own, as in a container, is none either: its ports are
 * others, and whether it listens cannot be seen from here. Empty where nothing tells (not Linux, or files of another user).
 */
export function findDuplicates(owner: number): ProcessDetails[] {
  return sameProgram(owner).filter(({ pid }) => {
    const isService = startsAnything(parentOf(pid) ?? 0) && !areRelated(pid, owner);
    const isBeside = networkOf(pid) === networkOf(owner);
    return isService && isBeside && isToldTheSame(pid, owner) && holdsListener(pid) === false;
  });
}

/** Living processes of the same program that have nothing to do with this one, wherever they listen. */
export function findRivals(owner: number): ProcessDetails[] {
  return sameProgram(owner).filter(({ pid }) => !areRelated(pid, owner));
}

/** Whether one process started the other, or one parent started both as its workers. */
export function areRelated(one: number, other: number): boolean {
  const [above, beside] = [ancestorsOf(one), ancestorsOf(other)];
  if (one === other || above.includes(other) || beside.includes(one)) return true;
  const [parent] = above;
  return parent !== undefined && parent === beside[0] && !startsAnything(parent);
}

/**
 * What a process runs, apart from where its program and its interpreter lie: `/usr/local/bin/ollama serve` is
 * `ollama serve`, and a script is its path. Undefined where that cannot be told.
 */
export function programOf(command: readonly string[], cwd: string | undefined): string | undefined {
  const [file = "", ...args] = command;
  if (file === "") return undefined;
  if (!INTERPRETER.test(basename(file))) return [basename(file), ...args].join(" ");
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const [script = "", ...rest] = args.slice(at);
  if (at === -1 || (!isAbsolute(script) && cwd === undefined)) return undefined;
  return [resolve(cwd ?? "/", script), ...rest].join(" ");
}

const INTERPRETER = /^(?:python[\d.]*|node|nodejs|bun|deno|ruby|perl)$/i;

/** Who starts what people tell it to, so that two of its children need not belong together. */
const STARTS_ANYTHING =
  /^-?(?:sh|bash|zsh|fish|dash|ksh|tmux.*|screen|systemd|init|tini|docker-init|sudo|make|npm.*|uv|poetry)$/;

function startsAnything(pid: number): boolean {
  return pid <= 1 || STARTS_ANYTHING.test(basename(commandOf(pid)[0] ?? ""));
}

function sameProgram(owner: number): ProcessDetails[] {
  const found = process.platform === "linux" ? describeProcess(owner) : undefined;
  const program = found && programOf(found.command, found.cwd);
  if (found === undefined || program === undefined) return [];
  const name = basename(program.split(" ")[0] ?? "");
  // Most processes are told apart by their command alone; only of few has more to be read.
  const likely = allPids().filter(
    (pid) => pid !== owner && commandOf(pid).some((word) => basename(word) === name),
  );
  return likely.flatMap((pid) => {
    const details = runs(pid, program);
    // What one of them started, or forks at this moment, is a part of that one.
    return details && !runs(parentOf(pid) ?? 0, program) ? [details] : [];
  });
}

function runs(pid: number, program: string): ProcessDetails | undefined {
  const found = describeProcess(pid);
  return found && programOf(found.command, found.cwd) === program ? found : undefined;
}

const PORT_OR_STACK = new RegExp(`^(?:(?:\\w+_)?PORT|${MARK.stateDir})=`);

/** What was told another port, or belongs to another stack, is meant to be there. */
function isToldTheSame(one: number, other: number): boolean {
  const told = (pid: number): string =>
    environmentOf(pid)
      .filter((line) => PORT_OR_STACK.test(line))
      .toSorted()
      .join();
  return told(one) === told(other);
}

function ancestorsOf(pid: number): number[] {
  const parent = parentOf(pid);
  return parent === undefined || parent === 0 ? [] : [parent, ...ancestorsOf(parent)];
}
