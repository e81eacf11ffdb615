import { useEffect, useRef, useState } from "preact/hooks";
import { Field } from "./Field.tsx";

interface TokenFormProps {
  /** True where the token that was given is not the right one. */
  readonly isRefused: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for the token without which the HMI answers nobody. */
export function TokenForm({ isRefused, onToken }: TokenFormProps) {
  const [token, setToken] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <main class="gate">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== "") onToken(token.trim());
        }}
      >
        <h1>This stack asks for a token</h1>
        <Field
          label="Token"
          hint="It is auth.token in the stack's configuration. It is kept until this tab is closed."
          error={
            isRefused ? "That is not the token. Check auth.token in the stack's configuration." : undefined
          }
        >
          {(control) => (
            <input
              {...control}
              ref={input}
              type="password"
              autocomplete="off"
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="buttons">
          <button type="submit" class="primary">
            Continue
          </button>
        </div>
      </form>
    </main>
  );
}
