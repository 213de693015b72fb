// SPDX-License-Identifier: Apache-2.0

/// The state after `body` was applied to it again and again while `condition` holds of it, `count` times at most:
/// a bounded loop, unrolled.
///
///     let root = loop([x / 2], atMost: 30, while: { abs($0[0] * $0[0] - x) .> 1e-12 }) {
///       [($0[0] + x / $0[0]) / 2]
///     }
///
/// At each point the derivative is that of the passes which the point goes through.
///
/// - Precondition: `count` ≥ 0, and `body` keeps the number of expressions.
public func loop(
  _ state: [Expr], atMost count: Int, while condition: ([Expr]) -> Expr, _ body: ([Expr]) -> [Expr]
) -> [Expr] {
  precondition(count >= 0, "a loop runs 0 or more times, not \(count)")
  var state = state
  for _ in 0..<count {
    // Where the condition fails the state stays, and so the condition fails from there on.
    let (goesOn, next) = (condition(state), body(state))
    precondition(
      next.count == state.count,
      "the body of a loop keeps its state of \(state.count) expressions; it gave \(next.count)")
    state = zip(next, state).map { select(goesOn, $0, $1) }
  }
  return state
}
