import type { ShownMessage } from "../chat-state.ts";
import { speedDetails } from "../reply-timing.ts";
import {
  type CheckedService,
  serviceDetail,
  serviceLabel,
  serviceTrouble,
  shownServices,
} from "../service-health.ts";
import { usePopover } from "../usePopover.ts";
import { TroubleText } from "./TroubleText.tsx";

const WORDS = { up: "works", down: "does not answer", unknown: "unknown" } as const;

interface ServiceLightsProps {
  readonly services: readonly CheckedService[];
  /** The last reply of the open conversation, for what its time went into. */
  readonly lastReply: ShownMessage | undefined;
}

/** A light for each service: quiet while all is well. Pressed, they tell more, and the command that tells all. */
export function ServiceLights({ services, lastReply }: ServiceLightsProps) {
  const popover = usePopover();
  return (
    <>
      <button
        ref={popover.button}
        type="button"
        class="quiet lights"
        aria-expanded={popover.isOpen}
        onPointerDown={popover.onPointerDown}
        onClick={popover.toggle}
      >
        <span class="unseen">Services</span>
        {shownServices(services).map(({ name, status }) => (
          <span key={name} class={`light ${status}`}>
            {serviceLabel(name)}
            <span class="unseen">: {WORDS[status]}</span>
          </span>
        ))}
      </button>
      {popover.isOpen && (
        <div ref={popover.panel} popover="auto" class="popover usage">
          <ServicePanel services={services} lastReply={lastReply} />
        </div>
      )}
    </>
  );
}

function ServicePanel({ services, lastReply }: ServiceLightsProps) {
  const trouble = serviceTrouble(services);
  const hops = lastReply === undefined ? "" : speedDetails(lastReply);
  return (
    <>
      <dl class="pairs">
        {services.map((service) => (
          <div key={service.name}>
            <dt>{serviceLabel(service.name)}</dt>
            <dd class={service.status === "down" ? "wrong" : ""}>
              {[WORDS[service.status], serviceDetail(service)].filter(Boolean).join(", ")}
            </dd>
          </div>
        ))}
      </dl>
      {trouble !== null && (
        <div class="panel-trouble">
          <TroubleText message={trouble.message} hint={trouble.hint} />
        </div>
      )}
      {hops !== "" && (
        <>
          <p class="panel-title">The last reply</p>
          <p class="hops">{hops}</p>
        </>
      )}
      <p class="panel-title">To type where the stack runs</p>
      <p>
        <code>{trouble === null ? "stack trace" : "stack doctor"}</code>{" "}
        {trouble === null ? "follows one message through all of them." : "says what is wrong, step by step."}
      </p>
    </>
  );
}
