import { useEffect, useState } from "preact/hooks";

/** The seconds since a moment (in milliseconds since 1970), as they pass; not for screen readers, which would read each. */
export function ElapsedTime({ since }: { readonly since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((now - since) / 1000);
  return seconds < 1 ? null : (
    <span class="clock" aria-hidden="true">
      {seconds} s
    </span>
  );
}
