import type { ExamineOptions, LadderReport, RungReport } from "../doctor/run-doctor.ts";
import { deletedAgainWords } from "../reporters/left-behind-words.ts";
import { secondsWords } from "../reporters/report-words.ts";
import { paint, type StyledText, styled, type Text } from "../text/styled-text.ts";
import type { Screen } from "./screen.ts";

/** Shows a ladder while it is climbed. */
export interface LadderPrinter extends Required<Pick<ExamineOptions, "onStart" | "onRung">> {
  /** The last line: how many hold, and what could not be deleted. */
  end(report: LadderReport): void;
}

/** Where the marks stand, behind the services' names. */
const INDENT = 12;

/** Prints a line a rung; under a broken one its cause and the next command; in one line what is not tried for it. */
export function printLadder(screen: Screen): LadderPrinter {
  const waiting: RungReport[] = [];
  let service = "";
  const line = (name: string, mark: Text, text: Text): void => {
    const head = name === service ? "" : name;
    service = name;
    screen.line(styled`  ${paint("strong", head.padEnd(INDENT - 2))}${mark} ${text}`, INDENT + 2);
  };
  const flush = (): void => {
    const rungs = waiting.splice(0);
    for (const [why, names] of groupedByText(rungs)) {
      const words = `not tried: ${names.join(", ")} (${why})`;
      line(rungs[0]?.service ?? "", "·", paint("quiet", words));
    }
  };
  return {
    onStart({ service, name }) {
      screen.progress(`  … ${service}: ${name}`);
    },
    onRung(rung) {
      if (waiting[0] !== undefined && waiting[0].service !== rung.service) flush();
      if (rung.status === "not_tried") {
        waiting.push(rung);
        return;
      }
      line(rung.service, markOf(rung), textOf(rung));
      if (rung.problem === null) return;
      const under = " ".repeat(INDENT + 2);
      screen.line(styled`${under}${rung.problem.cause}`, INDENT + 2);
      screen.line(styled`${under}→ ${paint("strong", rung.problem.next)}`, INDENT + 4);
    },
    end(report) {
      flush();
      screen.line();
      screen.line(`  ${countWords(report)}`, 2);
      for (const text of report.not_judged) screen.line(styled`  · ${paint("quiet", text)}`, 4);
      for (const text of report.warnings) screen.line(styled`  ${paint("warn", "!")} ${text}`, 4);
      for (const what of report.left_behind)
        screen.line(styled`  ${paint("bad", "✗")} left behind: ${what}`, 4);
    },
  };
}

/** The names of what waits, by what it waits for. */
function groupedByText(waiting: readonly RungReport[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, text } of waiting) groups.set(text, [...(groups.get(text) ?? []), name]);
  return groups;
}

function markOf({ status }: RungReport): Text {
  if (status === "broken") return paint("bad", "✗");
  return status === "holds" ? paint("good", "✓") : "·";
}

function textOf({ status, text, took_ms }: RungReport): StyledText {
  const took = took_ms ? paint("quiet", `  ${took_ms} ms`) : "";
  return styled`${status === "skipped" ? paint("quiet", text) : text}${took}`;
}

function countWords({ rungs, took_ms, left_behind }: LadderReport): string {
  const count = (status: RungReport["status"]): number =>
    rungs.filter((rung) => rung.status === status).length;
  const words = [
    { count: count("holds"), word: "hold" },
    { count: count("broken"), word: "broken" },
    { count: count("not_tried"), word: "not tried" },
    { count: count("skipped"), word: "skipped" },
  ].flatMap(({ count, word }) => (count === 0 && word !== "broken" ? [] : [`${count} ${word}`]));
  const hasCreated = rungs.some(({ id, status }) => id === "hmi/reply" && status !== "not_tried");
  const deleted = hasCreated ? deletedAgainWords(left_behind) : "";
  return `${words.join(", ")} in ${secondsWords(took_ms)}. ${deleted}`.trimEnd();
}
