/** What octets are the beginning of. */
export interface Recognised {
  /** For machines. */
  name: string;
  /** A noun phrase for people, printable ASCII. */
  text: string;
  /** Whether more octets would tell no more. */
  isWhole: boolean;
}
