import { type Service, serviceLabel, shownServices } from "../services.ts";

const WORDS = { up: "works", down: "does not answer", unknown: "unknown" } as const;

/** A light for each service: quiet while all is well. */
export function ServiceLights({ services }: { readonly services: readonly Service[] }) {
  return (
    <ul class="lights" aria-label="Services">
      {shownServices(services).map(({ name, status, error }) => (
        <li key={name} class={status} title={error ?? WORDS[status]}>
          {serviceLabel(name)}
          <span class="unseen">: {WORDS[status]}</span>
        </li>
      ))}
    </ul>
  );
}
