import { type ContextUse, costText, type Spending } from "../context-usage.ts";
import { usePopover } from "../usePopover.ts";

interface ContextGaugeProps {
  readonly use: ContextUse;
  readonly spending: Spending;
}

/** How full the model's context is; pressed, it tells what the conversation has taken. */
export function ContextGauge({ use, spending }: ContextGaugeProps) {
  const popover = usePopover();
  const { used, window, percent, nearlyFullFrom, isNearlyFull } = use;
  const share = `${percent === 0 ? "<1" : percent} %`;
  return (
    <>
      <button
        ref={popover.button}
        type="button"
        class="quiet gauge"
        aria-label={`Context ${share} full`}
        aria-expanded={popover.isOpen}
        title={`${figure(used)} of ${figure(window)} tokens of the model's context`}
        onPointerDown={popover.onPointerDown}
        onClick={popover.toggle}
      >
        <meter min={0} max={window} high={nearlyFullFrom} value={used} aria-hidden="true" />
        <span class={isNearlyFull ? "wrong" : ""}>{share}</span>
      </button>
      {popover.isOpen && (
        <div ref={popover.panel} popover="auto" class="popover usage">
          <dl class="pairs">
            <div>
              <dt>Context</dt>
              <dd>
                {figure(used)} of {figure(window)}
              </dd>
            </div>
            <div>
              <dt>Tokens read</dt>
              <dd>{figure(spending.promptTokens)}</dd>
            </div>
            <div>
              <dt>Tokens written</dt>
              <dd>{figure(spending.completionTokens)}</dd>
            </div>
            <div>
              <dt>Cost</dt>
              <dd>{costText(spending.cost)}</dd>
            </div>
          </dl>
        </div>
      )}
    </>
  );
}

function figure(count: number): string {
  return count.toLocaleString("en");
}
