/** From services to services by single commands: as many as there are differences, in an order that cuts nobody. */
import { destinationLine, serviceLine } from '../table.ts';
import type { Destination, Service } from './state.ts';

type Present = Service & { readonly options: string };

/** Arguments of ipvsadm, one command each. What is new comes first, and what goes, last. */
export function rulesBetween(from: readonly Service[], to: readonly Service[]): string[] {
  const [old, now] = [present(from), present(to)];
  const come = [...now.values()].filter(({ name }) => !old.has(name)).flatMap(whole);
  const changed = [...now.values()].flatMap((service) => {
    const before = old.get(service.name);
    return before ? changes(before, service) : [];
  });
  const gone = [...old.keys()].filter((name) => !now.has(name)).map((name) => `-D ${name}`);
  return [...come, ...changed, ...gone];
}

function whole({ name, options, destinations }: Present): string[] {
  return [
    serviceLine(name, options),
    ...destinations.map((destination) => destinationLine(name, destination)),
  ];
}

/**
 * Destinations come before others go, and weights rise before others fall, so that there is somebody at every
 * moment, if there was before and is after.
 */
function changes(from: Present, to: Present): string[] {
  const { name, options } = to;
  const old = new Map(from.destinations.map((destination) => [destination.to, destination]));
  const left = new Set(to.destinations.map((destination) => destination.to));
  const edits = to.destinations.filter((destination) => {
    const before = old.get(destination.to);
    return before && destinationLine(name, before) !== destinationLine(name, destination);
  });
  const rises = ({ to: address, weight }: Destination) => weight > (old.get(address)?.weight ?? 0);
  const edit = (destination: Destination) => destinationLine(name, destination).replace(/^-a/, '-e');
  return [
    ...(options === from.options ? [] : [serviceLine(name, options).replace(/^-A/, '-E')]),
    ...to.destinations
      .filter((destination) => !old.has(destination.to))
      .map((destination) => destinationLine(name, destination)),
    ...edits.filter(rises).map(edit),
    ...edits.filter((destination) => !rises(destination)).map(edit),
    ...from.destinations
      .filter((destination) => !left.has(destination.to))
      .map((destination) => `-d ${name} -r ${destination.to}`),
  ];
}

function present(services: readonly Service[]): Map<string, Present> {
  return new Map(
    services.flatMap((service): [string, Present][] =>
      service.options === null ? [] : [[service.name, { ...service, options: service.options }]],
    ),
  );
}
