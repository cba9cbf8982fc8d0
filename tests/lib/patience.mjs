/**
 * How long a test waits for what ought to be, in milliseconds: far more than any of it takes, as
 * machines differ. What has to be quick has a bound of its own.
 */
export const PATIENCE = 45_000;
