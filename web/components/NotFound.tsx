import type { PageProblem } from "../chat-state.ts";
import { newAddress } from "../page-address.ts";
import { ErrorMessage } from "./ErrorMessage.tsx";

interface NotFoundProps {
  readonly problem: PageProblem;
  /** The profile to go back to; null for none. */
  readonly modelId: number | null;
}

/** Says what is not there, and leads back. */
export function NotFound({ problem, modelId }: NotFoundProps) {
  return (
    <section class="column not-found" aria-label="Not found">
      <ErrorMessage message={problem.message} hint={problem.hint} />
      <p>
        <a href={newAddress(modelId)}>Start a new chat</a>
      </p>
    </section>
  );
}
