import type { PageProblem } from "../chat-state.ts";
import { newAddress } from "../page-address.ts";
import { TroubleText } from "./TroubleText.tsx";

interface NotFoundProps {
  readonly problem: PageProblem;
  /** The profile to go back to; null for none. */
  readonly modelId: number | null;
}

/** Says what is not there, and leads back. */
export function NotFound({ problem, modelId }: NotFoundProps) {
  return (
    <section class="column not-found" aria-label="Not found">
      <TroubleText message={problem.message} hint={problem.hint} />
      <p>
        <a href={newAddress(modelId)}>Start a new chat</a>
      </p>
    </section>
  );
}
