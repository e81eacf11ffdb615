import { isSameModelName } from "../contract/model-names.ts";
import { isModelRefused } from "../targets/drivers/refusal.ts";
import { engineRefusalOf, searchForModel } from "./engine-refusals.ts";
import { duration, inSomePasses, quotedText, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { hopsBehind, isLeftUnbegun, isLeftWriting, isWholePass, toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type { HopObservation, HopPass, TraceFinding, TraceObservations } from "./trace-report.ts";

/** Whether each hop answers, and its reply comes to an end. What fails because of a hop behind it is that one's. */
export function judgeAnswers(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => {
    const bad = hop.passes.filter((pass) => !isWholePass(pass) || isEmptyEngine(hop, pass));
    const [first] = bad;
    if (first === undefined) return {};
    // Whoever passes a message through it has seen that it works.
    const isPassed = trace.hops.some(
      (outer) => hopsBehind(trace, outer).includes(hop) && toldPasses(outer).length > 0,
    );
    if (isPassed && first.problem !== null) {
      const where = `${hop.url}: ${first.problem}`;
      return {
        notTold: [
          `${sentence(HOP_TITLES[hop.hop])} cannot be asked from here (${where}): its share is not told.`,
        ],
      };
    }
    const { opened_late } = first;
    if (opened_late !== null && first.text === "" && first.problem === null && first.failure === null) {
      return { notTold: [`Nothing was read of the reply of ${HOP_TITLES[hop.hop]}: ${opened_late}.`] };
    }
    const told = bad.find((pass) => !isLeftWriting(pass));
    if (told === undefined) {
      const { text, ended_ms } = first;
      return {
        notTold: [
          `${sentence(HOP_TITLES[hop.hop])} was still writing when we waited no longer (${text.length} characters in ${duration(ended_ms ?? 0)}): how its reply ends is not told.`,
        ],
      };
    }
    const finding =
      refusedByEngine(trace, hop, told) ??
      (isLeftUnbegun(told) ? unbegun(trace, hop, told) : findingOf(hop, told));
    const words = `${finding.sentence.replace(/\.$/, "")}${inSomePasses(bad.length, hop.passes.length)}.`;
    return { finding: { ...finding, sentence: [words, ...trace.deaths].join(" ") } };
  });
}

/** A reply that failed because the engine was seen to refuse its request. */
function refusedByEngine(
  trace: TraceObservations,
  { hop }: HopObservation,
  pass: HopPass,
): TraceFinding | undefined {
  const words = hop === "engine" ? undefined : engineRefusalOf(trace, pass);
  if (words === undefined) return undefined;
  const told = pass.failure?.message ?? pass.problem;
  const how = told === null ? "" : `. It tells: ${quotedText(told, 200)}`;
  return {
    hop,
    kind: "failure",
    sentence: `The reply fails by way of ${HOP_TITLES[hop]}, because the engine ${words}${how}`,
    next: searchForModel(trace, pass),
  };
}

/** A reply of which not a word had come when we waited no longer: who keeps it, and whether it would have come, is not known. */
function unbegun(trace: TraceObservations, { hop }: HopObservation, { ended_ms }: HopPass): TraceFinding {
  const engine = trace.hops.find((each) => each.hop === "engine" && each.hop !== hop);
  const engineMs = engine && toldPasses(engine)[0]?.ended_ms;
  const compared =
    engineMs == null ? "" : `, where the engine itself needed ${duration(engineMs)} for a whole one`;
  return {
    hop,
    kind: "no_answer",
    sentence: `Not a word of a reply came by way of ${HOP_TITLES[hop]} in ${duration(ended_ms ?? 0)}${compared}`,
    next:
      trace.record === null
        ? "stack tap in front of the engine shows what it is asked meanwhile"
        : "stack doctor",
  };
}

/** Which models a hop does list, where the refused one is not among them. */
function listWords({ model, models }: HopObservation): string {
  if (models.length === 0 || models.some((name) => isSameModelName(name, model ?? ""))) return "";
  const more = models.length > MOST_LISTED ? ` and ${models.length - MOST_LISTED} more` : "";
  return `, which it does not list (${models.slice(0, MOST_LISTED).join(", ")}${more})`;
}

const MOST_LISTED = 5;

/** The engine's own word: behind it nobody can have lost anything. */
function isEmptyEngine({ hop }: HopObservation, pass: HopPass): boolean {
  return hop === "engine" && pass.text === "";
}

/** Sentences without their full stops. */
function findingOf(observed: HopObservation, pass: HopPass): TraceFinding {
  const { hop, url } = observed;
  const title = sentence(HOP_TITLES[hop]);
  const { status, problem, failure, end, ended_ms, text } = pass;
  if (status === null) {
    return {
      hop,
      kind: "no_answer",
      sentence: `${title} answers nothing at ${url}: ${problem}`,
      next: "stack doctor",
    };
  }
  if (problem !== null && isModelRefused(problem, observed.model)) {
    return {
      hop,
      kind: "refused",
      sentence: `${title} refuses the model ${quotedText(observed.model ?? "")}${listWords(observed)}: ${pass.request} answered ${problem}`,
      next: "stack trace --model NAME, or chat.model, names another one",
    };
  }
  if (problem !== null) {
    return {
      hop,
      kind: "refused",
      sentence: `${title} takes no message: ${pass.request} answered ${problem}`,
      next: "stack doctor",
    };
  }
  if (failure !== null) {
    const words =
      failure.code === null ? failure.message : `${failure.code}, ${quotedText(failure.message, 200)}`;
    return {
      hop,
      kind: "failure",
      sentence: `The reply fails at ${HOP_TITLES[hop]}: ${words}`,
      next: "stack doctor",
    };
  }
  if (end === "done") {
    const spent = pass.thoughts === "" ? "" : ` after ${pass.thoughts.length} characters of thoughts`;
    return {
      hop,
      kind: "failure",
      sentence: `${title} itself ends its reply without any text${spent} (${pass.finish_reason ?? "done"})`,
      next: "stack trace --model NAME asks another model",
    };
  }
  const how = {
    closed: "closes the stream",
    cut: "cuts the connection",
    given_up: "had told nothing more of its reply",
  };
  return {
    hop,
    kind: "no_end",
    sentence: `${title} swallows the end: after ${text.length} characters it ${how[end ?? "closed"]} at ${Math.round(ended_ms ?? 0)} ms, and never said that it is done`,
    next: "stack verify sse",
  };
}
