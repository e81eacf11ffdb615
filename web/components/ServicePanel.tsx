import { useEffect, useState } from "preact/hooks";
import type { ChatController } from "../chat-controller.ts";
import type { ShownMessage } from "../chat-state.ts";
import type { LastLook } from "../doctor-report-summary.ts";
import { speedDetails } from "../reply-timing.ts";
import { type CheckedService, serviceLabel, serviceText, serviceTrouble } from "../service-health.ts";
import { DoctorWords } from "./DoctorWords.tsx";
import { ErrorMessage } from "./ErrorMessage.tsx";

export interface ServicePanelProps {
  readonly chat: ChatController;
  readonly services: readonly CheckedService[];
  /** The last reply of the open conversation, for what its time went into. */
  readonly lastReply: ShownMessage | undefined;
}

/** What the lights tell when they are pressed: each service, the doctor's last words, the last reply, and what to type. */
export function ServicePanel({ chat, services, lastReply }: ServicePanelProps) {
  const trouble = serviceTrouble(services);
  const hops = lastReply === undefined ? "" : speedDetails(lastReply);
  const looked = useLastLook(chat, services);
  return (
    <>
      <dl class="pairs">
        {services.map((service) => (
          <div key={service.name}>
            <dt>{serviceLabel(service.name)}</dt>
            <dd class={service.status === "down" ? "wrong" : ""}>{serviceText(service)}</dd>
          </div>
        ))}
      </dl>
      {trouble !== null && (
        <div class="panel-trouble">
          <ErrorMessage message={trouble.message} hint={trouble.hint} />
        </div>
      )}
      {looked !== null && (
        <DoctorWords last={looked.last} ageS={looked.last.age_s + (Date.now() - looked.heardAt) / 1000} />
      )}
      {hops !== "" && (
        <>
          <p class="panel-title">The last reply</p>
          <p class="hops">{hops}</p>
        </>
      )}
      <p class="panel-title">To type where the stack runs</p>
      <p>
        <code>stack doctor</code>{" "}
        {looked === null ? "says what is wrong, step by step." : "looks anew, step by step."}
      </p>
      {trouble === null && (
        <p>
          <code>stack trace</code> follows one message through all of them.
        </p>
      )}
    </>
  );
}

/** What the doctor found the last time, asked for again whenever the services were; null where nobody can tell. */
function useLastLook(chat: ChatController, services: readonly CheckedService[]) {
  const [looked, setLooked] = useState<{ readonly last: LastLook; readonly heardAt: number } | null>(null);
  useEffect(() => {
    let isWanted = true;
    void chat.lastDoctorReport().then((answer) => {
      // While the HMI does not answer, what was heard stays.
      if (isWanted && answer !== null) {
        setLooked(answer.last && { last: answer.last, heardAt: Date.now() });
      }
    });
    return () => {
      isWanted = false;
    };
  }, [chat, services]);
  return looked;
}
