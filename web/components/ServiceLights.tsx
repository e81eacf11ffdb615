import { SERVICE_WORDS, serviceLabel, shownServices } from "../service-health.ts";
import { usePopover } from "../usePopover.ts";
import { LazyServicePanel } from "./LazyDialogs.tsx";
import type { ServicePanelProps } from "./ServicePanel.tsx";

/** A light for each service: quiet while all is well. Pressed, they tell more, and the command that tells all. */
export function ServiceLights(props: ServicePanelProps) {
  const popover = usePopover<HTMLElement>();
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
        {shownServices(props.services).map(({ name, status }) => (
          <span key={name} class={`light ${status}`}>
            {serviceLabel(name)}
            <span class="unseen">: {SERVICE_WORDS[status]}</span>
          </span>
        ))}
      </button>
      {popover.isOpen && (
        <section
          ref={popover.panel}
          popover="auto"
          class="popover usage"
          aria-label="Services"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: where it is higher than the page, keys scroll it.
          tabIndex={0}
        >
          <LazyServicePanel {...props} />
        </section>
      )}
    </>
  );
}
