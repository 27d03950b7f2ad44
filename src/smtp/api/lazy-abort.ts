/** An AbortController that is made when its signal is read first: most sessions need none. */
export class LazyAbort {
  private controller: AbortController | undefined;
  private reason: (() => unknown) | undefined;

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== undefined) this.controller.abort(this.reason());
    }
    return this.controller.signal;
  }

  /** @param reason makes what the signal gives as its reason; called once, or never. */
  abort(reason: () => unknown): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    try {
      this.controller?.abort(reason());
    } catch {
      // The application has frozen the signal.
    }
  }
}
