/**
 * Isolated world: the few questions Sotto has for a session description
 * (RFC 8866, RFC 9429), and the one repair it makes to one. Not a parser of
 * session descriptions.
 */
const sottoSdp = {
  /** @param {string} sdp @returns {string[]} the media sections */
  sections: (sdp) => sdp.split(/^(?=m=)/m).slice(1),

  /** @param {string} section */
  isData: (section) => section.startsWith('m=application '),

  /** @param {string} section */
  isRejected: (section) => /^m=\S+ 0 /.test(section) && !/^a=bundle-only/m.test(section),

  /** @param {string} section */
  mid: (section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? null,

  /** @param {string} section */
  direction: (section) =>
    /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1] ?? 'sendrecv',

  /** How whoever wrote a description presents itself. @param {string} sdp */
  farEnd: (sdp) => ({
    origin: /^o=(.{0,200})/m.exec(sdp)?.[1] ?? '',
    iceLite: /^a=ice-lite\s*$/m.test(sdp),
  }),

  /** @param {RTCSessionDescription | null} description */
  dataSection(description) {
    return this.sections(description?.sdp ?? '').find(this.isData) ?? null;
  },

  /** @param {RTCSessionDescription | null} description */
  hasLiveData(description) {
    const section = this.dataSection(description);
    return section !== null && !this.isRejected(section);
  },

  /** @param {RTCSessionDescription | null} description @returns {Map<string | null, string>} by mid */
  directions(description) {
    return new Map(this.sections(description?.sdp ?? '').map((section) => [this.mid(section), this.direction(section)]));
  },

  /** @param {RTCSessionDescription | null} description @param {string} mid */
  isBundled(description, mid) {
    const group = /^a=group:BUNDLE(.*)$/m.exec(description?.sdp ?? '')?.[1] ?? '';
    return group.trim().split(/\s+/).includes(mid);
  },

  /**
   * Some SFU pages build a description that leaves out the data section they
   * were offered, which the browser takes for an error. It gets the rejected
   * section that RFC 9429 section 5.3.1 asks for.
   * @param {RTCSessionDescription | null} local
   * @param {string} remote
   */
  withDataSection(local, remote) {
    const ours = this.sections(local?.sdp ?? '');
    const index = ours.findIndex(this.isData);
    const theirs = this.sections(remote);
    if (index < 0 || index > theirs.length || theirs.some(this.isData)) return remote;
    const session = remote.slice(0, remote.length - theirs.join('').length);
    theirs.splice(index, 0, this.rejected(this.mid(ours[index])));
    return session + theirs.join('');
  },

  /** @param {string | null} mid */
  rejected: (mid) =>
    ['m=application 0 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, ''].join('\r\n'),
};
