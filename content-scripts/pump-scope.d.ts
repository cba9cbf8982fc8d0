/** What the pump needs of the place it runs in: a worker's scope has more. */
interface SottoPumpScope {
  onmessage: ((event: { data: any; ports: readonly MessagePort[] }) => void) | null;
  onrtctransform: ((event: { transformer: any }) => void) | null;
}
