internal import Glibc

// Two nested derivatives with the same type of dual numbers have one ε between them. That is harmless as long as
// the inner function does not use the outer one's numbers; if it does, the inner derivative would silently count the
// outer variable's change as its own. The types prevent it where the inner point is a dual number itself. What they
// cannot see is an inner derivative at a plain number whose closure captures an outer dual number. So the
// functions that take derivatives note which types are under way on this thread, and a nested one of the same type
// evaluates its function at a constant first: whatever derivative comes out of that was captured.

/// The types of numbers with which derivatives are being taken on this thread, the innermost last.
@usableFromInline
final class DerivativeRuns {
  private var types: [ObjectIdentifier] = []

  /// Notes the beginning of a run, and says whether it is within another one of the same type.
  @usableFromInline
  static func begin(_ type: ObjectIdentifier) -> Bool {
    let runs = current
    defer { runs.types.append(type) }
    return runs.types.contains(type)
  }

  @usableFromInline
  static func end() { current.types.removeLast() }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { Unmanaged<DerivativeRuns>.fromOpaque($0!).release() }
    precondition(status == 0, "The system has no room for another thread-local variable (\(status)).")
    return key
  }()

  private static var current: DerivativeRuns {
    if let pointer = pthread_getspecific(key) {
      return Unmanaged<DerivativeRuns>.fromOpaque(pointer).takeUnretainedValue()
    }
    let runs = DerivativeRuns()
    let status = pthread_setspecific(key, Unmanaged.passRetained(runs).toOpaque())
    precondition(status == 0, "The system has no memory for a thread-local variable (\(status)).")
    return runs
  }
}

extension ForwardNumber {
  /// Takes derivatives in `body`. Within another such run of the same type, first checks that `function`, called
  /// with constants, gives one.
  ///
  /// - Precondition: the function has captured no variable number of this type.
  @inlinable
  static func derivativeRun<Result, Failure: Error>(
    checking function: () throws(Failure) -> [Self], _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let isNested = DerivativeRuns.begin(ObjectIdentifier(Self.self))
    defer { DerivativeRuns.end() }
    if isNested {
      let probe = try function()
      precondition(
        probe.allSatisfy(\.isConstant),
        """
        The function of an inner derivative depends on a \(Self.self) of an outer one, and its changes would count \
        as those of the inner variable. Take the inner derivative with Dual<\(Self.self)> at Dual(x), and lift \
        outer numbers into it by Dual(...).
        """)
    }
    return try body()
  }
}
