import type { Settings } from '../api/options/options.ts';

/**
 * The deadline of content: it starts at `timeouts.content` from now, every octet earns the time it has at the minimum
 * rate, and it never lies further away than `timeouts.content`. So silence and a drip both end; a client
 * that keeps the minimum rate does not.
 */
export class ContentDeadline {
  private until: number;
  private readonly settings: Settings;

  constructor(settings: Settings, now: number) {
    this.settings = settings;
    this.until = now + settings.timeouts.content;
  }

  /** Octets of the message have come. */
  earn(octets: number): void {
    this.until += (octets * 1000) / this.settings.limits.contentRate;
  }

  at(now: number): number {
    this.until = Math.min(this.until, now + this.settings.timeouts.content);
    return this.until;
  }

  /** Time that passed for the handler, not for the client. */
  shift(duration: number): void {
    this.until += duration;
  }
}
