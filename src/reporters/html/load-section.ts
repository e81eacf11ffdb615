import type { Distribution, LoadReport, LoadStep } from "../../harness/load-report.ts";
import {
  lossesOf,
  paceWords,
  SHOWN_PERCENTILES,
  SHOWN_TIMES,
  shortTime,
  stepNotes,
  usersInWords,
} from "../load-words.ts";
import { type Curve, curveChart } from "./curve-chart.ts";
import { type Html, html } from "./html-markup.ts";
import { table } from "./html-tables.ts";
import { milliseconds } from "./shown-units.ts";

/** What a load run has measured: drawn over its users, and each step's times over their percentiles; then as figures. */
export function loadSection(load: LoadReport): Html {
  const { steps, knee } = load;
  return html`<section>
<h2>${usersInWords(load.users)}</h2>
<p>${paceWords(load)}</p>
<p><strong>Knee</strong> ${knee.words}</p>
${steps.flatMap(stepNotes).map((note) => html`<p class="trouble">${note}</p>\n`)}${
  steps.length === 0
    ? undefined
    : html`${overUsers(load)}${CURVED_TIMES.map(([name, key]) => overPercentiles(name, key, steps))}`
}${stepTable(load)}${timesTable(steps)}</section>\n`;
}

function overUsers({ steps, knee }: LoadReport): Html {
  const at = (index: number): number => (steps.length === 1 ? 0.5 : index / (steps.length - 1));
  const ticks = steps.map(({ users }, index) => ({ at: at(index), text: String(users) }));
  const kneeAt = steps.findIndex(({ users }) => users === knee.users);
  const mark = kneeAt === -1 ? undefined : { at: at(kneeAt), text: "knee" };
  const curve = (name: string, valueIn: (step: LoadStep) => number | undefined, isDashed = false): Curve => ({
    name,
    isDashed,
    points: steps.flatMap((step, index) => {
      const value = valueIn(step);
      return value === undefined ? [] : [{ at: at(index), value }];
    }),
  });
  return html`<figure>
<figcaption>Tokens a second, by users at once</figcaption>
${curveChart({
  words: `Tokens a second: ${steps.map(({ users, tokens_per_s }) => `${tokens_per_s} with ${users}`).join(", ")}`,
  curves: [curve("tokens/s", ({ tokens_per_s }) => tokens_per_s)],
  ticks,
  mark,
  unit: (value) => String(Number(value.toPrecision(3))),
})}
<figcaption>Time of the first token and of the whole reply, by users at once</figcaption>
${curveChart({
  words: "The same figures stand in the tables below.",
  curves: [
    curve("reply P95", ({ reply_ms }) => reply_ms?.p95, true),
    curve("reply P50", ({ reply_ms }) => reply_ms?.p50),
    curve("first P95", ({ first_token_ms }) => first_token_ms?.p95, true),
    curve("first P50", ({ first_token_ms }) => first_token_ms?.p50),
  ],
  ticks,
  mark,
  unit: milliseconds,
  isLogarithmic: true,
})}</figure>\n`;
}

/** The times that are drawn over their percentiles. */
const CURVED_TIMES = [
  ["first token", "first_token_ms"],
  ["from one token to the next", "gap_ms"],
  ["whole reply", "reply_ms"],
] as const;

/** Each percentile has a place by its nines: 90, 99 and 99.9 are equally far apart. */
const PLACES = [
  [50, "p50"],
  [75, "p75"],
  [90, "p90"],
  [95, "p95"],
  [99, "p99"],
  [99.9, "p99_9"],
] as const satisfies readonly (readonly [number, keyof Distribution])[];

const NINES = 3;

function overPercentiles(
  name: string,
  key: (typeof CURVED_TIMES)[number][1],
  steps: readonly LoadStep[],
): Html | undefined {
  const place = (percent: number): number => Math.min(1, -Math.log10(1 - percent / 100) / NINES);
  const curves = steps.flatMap((step, index): Curve[] => {
    const times = step[key];
    if (times === null) return [];
    // More percentiles than values say nothing.
    const told = PLACES.filter(([percent]) => times.count * (1 - percent / 100) >= 0.5);
    return [
      {
        name: String(step.users),
        opacity: Number((0.3 + (0.7 * (index + 1)) / steps.length).toFixed(2)),
        points: told.map(([percent, p]) => ({ at: place(percent), value: times[p] })),
      },
    ];
  });
  if (curves.length === 0) return undefined;
  return html`<figure>
<figcaption>How the times are spread: ${name}; a curve for each number of users, over the percentiles</figcaption>
${curveChart({
  words: `${name}: the same figures stand in the table below.`,
  curves,
  ticks: PLACES.map(([percent]) => ({ at: place(percent), text: `P${percent}` })),
  unit: milliseconds,
  isLogarithmic: true,
})}</figure>\n`;
}

function stepTable({ steps, knee }: LoadReport): Html {
  const power = new Map(knee.figures.map((figure) => [figure.users, figure.power]));
  const rows = steps.map((step) => [
    step.users,
    step.messages.due,
    step.messages.done,
    lossesOf(step).failed,
    lossesOf(step).behind,
    step.tokens === 0 && step.messages.done > 0 ? "-" : step.tokens_per_s,
    step.reply_tokens_per_s?.p50 ?? "-",
    step.reply_tokens_per_s?.p5 ?? "-",
    power.get(step.users) ?? "-",
    `${step.driver.late_p95_ms} ms, ${Math.round(step.driver.cpu * 100)} %`,
  ]);
  const columns = [
    "users",
    "messages",
    "done",
    "failed",
    "behind",
    "tokens/s",
    "a reply's tokens/s, P50",
    "of the slowest 5 %",
    "power",
    "driver late, busy",
  ];
  return html`<h3>Steps</h3>\n${table("Steps", columns, rows)}`;
}

function timesTable(steps: readonly LoadStep[]): Html {
  const rows = SHOWN_TIMES.flatMap(([name, key]) =>
    steps.flatMap(({ users, [key]: times }) =>
      times === null
        ? []
        : [[name, users, times.count, ...SHOWN_PERCENTILES.map(([, p]) => shortTime(times[p]))]],
    ),
  );
  const columns = ["time, ms", "users", "count", ...SHOWN_PERCENTILES.map(([name]) => name)];
  return html`<h3>Times</h3>\n${table("Times", columns, rows)}`;
}
