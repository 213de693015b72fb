// SPDX-License-Identifier: Apache-2.0

internal import LibC

// Two nested derivatives with the same type of dual numbers have one ε between them. That is harmless as long
// as the inner function does not use the outer one's numbers; if it does, the inner derivative would silently
// count the outer variable's change as its own. The types prevent it where the inner point is a dual number
// itself. What they cannot see is an inner derivative at a plain number whose closure captures an outer dual
// number. So the functions that take derivatives note which types are under way on this thread, and a nested
// one of the same type evaluates its function at a constant first: whatever derivative comes out of that was
// captured. Numbers that one seeds
// oneself, and work that the outer function hands to another thread, are not seen.

/// The types of numbers with which derivatives are being taken on this thread, the innermost first: frames of
/// a list that lives on the stack.
@frozen @usableFromInline
struct DerivativeRun {
  @usableFromInline let type: ObjectIdentifier
  @usableFromInline let outer: UnsafePointer<DerivativeRun>?

  @inlinable
  init(type: ObjectIdentifier, outer: UnsafePointer<DerivativeRun>?) {
    self.type = type
    self.outer = outer
  }

  /// Whether a run of this type is under way.
  @inlinable
  static func contains(_ type: ObjectIdentifier, from innermost: UnsafePointer<DerivativeRun>?) -> Bool {
    var frame = innermost
    while let run = frame?.pointee {
      if run.type == type { return true }
      frame = run.outer
    }
    return false
  }

  @usableFromInline
  static var innermost: UnsafePointer<DerivativeRun>? {
    get { pthread_getspecific(key).map { UnsafePointer($0.assumingMemoryBound(to: DerivativeRun.self)) } }
    set {
      let status = pthread_setspecific(key, newValue)
      precondition(status == 0, "The system has no memory for a thread-local variable (\(status)).")
    }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    precondition(status == 0, "The system has no room for another thread-local variable (\(status)).")
    return key
  }()
}

extension ForwardNumber {
  /// Takes derivatives in `body`. Within another such run of the same type, first checks that `function`,
  /// called with constants, gives one.
  ///
  /// - Precondition: the function has captured no variable number of this type.
  @inlinable
  static func derivativeRun<Result, Failure: Error>(
    checking function: () throws(Failure) -> [Self], _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let type = ObjectIdentifier(Self.self)
    let outer = DerivativeRun.innermost
    if DerivativeRun.contains(type, from: outer) {
      let probe = try function()
      precondition(
        probe.allSatisfy(\.isConstant),
        """
        The function of an inner derivative depends on a \(Self.self) of an outer one, whose changes would \
        count as those of the inner variable. Take the inner derivative with Dual<\(Self.self)> at Dual(x), \
        and lift outer numbers into it by Dual(...).
        """)
    }
    return try withUnsafePointer(to: DerivativeRun(type: type, outer: outer)) { frame throws(Failure) in
      DerivativeRun.innermost = frame
      defer { DerivativeRun.innermost = outer }
      return try body()
    }
  }
}
