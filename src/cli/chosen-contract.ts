import type { Config } from "../config/config-schema.ts";
import { DRIVER_FILE, type ForeignContract } from "../contract/foreign-back-end.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import { hasFields, loadUserModule } from "./user-module.ts";

/** The contract in force: the configured one, by the driver that the flag names. */
export function chosenContract(config: Config, flag: string | undefined): ForeignContract {
  return { ...config.contract, ...(flag !== undefined && { driver: flag }) };
}

/** The driver of a contract, where that is a file of the user's; undefined for one by name. Throws a UserError. */
export async function loadDriverFile({
  driver,
}: Pick<ForeignContract, "driver">): Promise<Driver | undefined> {
  if (!DRIVER_FILE.test(driver)) return undefined;
  const [loaded] = await loadUserModule(driver, isDriver, "a driver made by defineDriver");
  return loaded;
}

function isDriver(value: unknown): value is Driver {
  return hasFields(value, { name: "string", title: "string", service: "string" });
}
