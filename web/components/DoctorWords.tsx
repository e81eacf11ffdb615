import type { RungReport } from "../../src/contract/doctor-report.ts";
import {
  ageText,
  doubtText,
  isFresh,
  type LastLook,
  verdictText,
  visibleText,
} from "../doctor-report-summary.ts";
import { serviceLabel } from "../service-health.ts";
import { WithCode } from "./ErrorMessage.tsx";

interface DoctorWordsProps {
  readonly last: LastLook;
  /** How long ago it was, in seconds. */
  readonly ageS: number;
}

/** What `stack doctor` found the last time. All of it is text: services have had their say in it. */
export function DoctorWords({ last, ageS }: DoctorWordsProps) {
  const { rungs, warnings, not_judged, left_behind } = last.report;
  const doubt = doubtText(last);
  const broken = rungs.filter(({ status }) => status === "broken");
  const notes = [...warnings, ...not_judged, ...left_behind.map((what) => `Left behind: ${what}`)];
  return (
    <section class={isFresh(last, ageS) ? "doctor" : "doctor past"} aria-label="The doctor’s last words">
      <p class="panel-title">The doctor’s last words, {ageText(ageS)}</p>
      <p class={broken.length > 0 ? "wrong" : ""}>{verdictText(last.report)}</p>
      {doubt !== "" && <p>{doubt}</p>}
      {broken.length > 0 && (
        <ul>
          {broken.map((rung) => (
            <BrokenRung key={rung.id} rung={rung} />
          ))}
        </ul>
      )}
      {notes.map((note) => (
        <p key={note} dir="auto">
          {visibleText(note)}
        </p>
      ))}
    </section>
  );
}

function BrokenRung({ rung: { service, name, text, problem } }: { readonly rung: RungReport }) {
  return (
    <li>
      <p>
        <strong>
          {serviceLabel(service)}, {name}:
        </strong>{" "}
        <bdi>
          <WithCode text={visibleText(text)} />
        </bdi>
      </p>
      {problem !== null && (
        <>
          <p dir="auto">
            <WithCode text={visibleText(problem.cause)} />
          </p>
          <p class="next">
            <code>{visibleText(problem.next)}</code>
          </p>
        </>
      )}
    </li>
  );
}
