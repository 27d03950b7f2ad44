import { type Path, type Report, show } from '../diagnostic.ts';
import { flagsAt, type Subject } from '../subject.ts';
import { checkTable } from './names.ts';

const CONSTANT = /^[A-Z][A-Z0-9_]*$/;

/** Const objects that are there whatever the rows are called. */
const CONSTANTS = [
  'V2_CMD',
  'AF',
  'PROTO',
  'PP2_TYPE',
  'V2_CMD_NAME',
  'AF_NAME',
  'PROTO_NAME',
  'PP2_TYPENAME',
];

/** The const objects: those that are always there, one for each parent, one for each set of flags. */
export function checkConstantNames(subject: Subject, report: Report): void {
  const { tlvs } = subject;
  const parents = new Set(tlvs.map(({ row }) => row.parent));
  const taken = new Map<string, Path | undefined>(CONSTANTS.map((name) => [name, undefined]));
  for (const { row, path } of tlvs) {
    if (parents.has(row.name)) taken.set(`PP2_SUBTYPE_${row.name}`, path);
  }
  for (const { row: flags, path } of flagsAt(subject)) {
    const place = [...path, 'constant'];
    checkConstant(flags.constant, place, taken, report);
    taken.set(flags.constant, place);
    checkTable(
      flags.bits.map((bit, i) => ({ name: bit.name, path: [...path, 'bits', i, 'name'], what: 'flag' })),
      report,
    );
  }
}

function checkConstant(
  name: string,
  path: Path,
  taken: ReadonlyMap<string, Path | undefined>,
  report: Report,
): void {
  if (!CONSTANT.test(name)) {
    const message = `${show(name)} cannot name a const object; use upper case, such as MY_FLAGS`;
    report.add('bad-name', path, message);
  } else if (taken.has(name)) {
    const other = taken.get(name);
    const notes = other === undefined ? [] : [{ path: other, message: 'it is made for this' }];
    const message = `there is a const object ${name} already; choose another name`;
    report.add('duplicate-name', path, message, notes);
  }
}
