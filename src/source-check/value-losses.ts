import type { PythonCall } from "./python-calls.ts";
import type { PythonSignature } from "./python-signatures.ts";
import type { SourcePlace } from "./python-syntax.ts";

/** A definition, with the file that it stands in. */
export interface Definition extends PythonSignature {
  readonly file: string;
}

/** How a call passes None for a parameter, or leaves it out, and where. */
export interface ValueLoss {
  /**
   * `keyword` is `model_id=None`; `entry` is `"model_id": None`; `position` a bare None in its place; `omission` a call
   * that does not give it.
   */
  readonly how: "keyword" | "entry" | "position" | "omission";
  readonly place: SourcePlace;
}

/** Finds how a call in `file` passes None for a parameter, or leaves it out; undefined where it does not, or where that cannot be told. */
export function valueLossIn(
  call: PythonCall,
  parameter: string,
  file: string,
  definitions: readonly Definition[],
): ValueLoss | undefined {
  if (call.knownNone.includes(parameter)) return undefined;
  const given = call.keywords.get(parameter);
  if (given !== undefined) {
    return given.isNone ? { how: given.isEntry ? "entry" : "keyword", place: given.place } : undefined;
  }
  // Where several definitions have the name, any of them may be meant: then all must agree.
  const losses = definitionsOf(call, file, definitions).map((each) => lossBy(each, call, parameter));
  const [first] = losses;
  return losses.every((loss) => loss?.how === first?.how) ? first : undefined;
}

function lossBy({ parameters }: Definition, call: PythonCall, parameter: string): ValueLoss | undefined {
  const defined = parameters.find(({ name }) => name === parameter);
  if (defined === undefined) return undefined;
  const index = parameters.filter(({ isPositional }) => isPositional).indexOf(defined);
  const argument = call.positional[index];
  if (argument !== undefined) return argument.isNone ? { how: "position", place: argument.place } : undefined;
  const isTold = call.isOpen || call.byConversation.includes(parameter);
  return defined.isNoneByDefault && !isTold ? { how: "omission", place: call.place } : undefined;
}

/** True where it cannot be told what becomes of a parameter in a call: what it is given, or what it takes, is not seen. */
export function isUntold(
  call: PythonCall,
  parameter: string,
  file: string,
  definitions: readonly Definition[],
): boolean {
  if (call.keywords.has(parameter)) return false;
  return call.isOpen || definitionsOf(call, file, definitions).length === 0;
}

/** The definitions that a call may mean: those of the module it imports from, else those of its own file. */
function definitionsOf(
  call: PythonCall,
  file: string,
  definitions: readonly Definition[],
): readonly Definition[] {
  const named = definitions.filter(({ name }) => name === call.function);
  if (call.isOfObject) return named;
  const { module } = call;
  const functions = named.filter((each) => !each.isMethod && (module === undefined || each.file !== file));
  const nearest = functions.filter((each) =>
    module === undefined ? each.file === file : isModule(each.file, module),
  );
  return nearest.length > 0 ? nearest : functions;
}

/** `backend/store.py` and `store/__init__.py` are `from .store import`. */
function isModule(file: string, module: string): boolean {
  const parts = module.split(".").filter((part) => part !== "");
  if (parts.length === 0) return false;
  return `/${file.replace(/(\/__init__)?\.py$/, "")}`.endsWith(`/${parts.join("/")}`);
}
