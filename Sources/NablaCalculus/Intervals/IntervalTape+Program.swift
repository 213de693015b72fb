// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions
package import NablaKernels

/// The walks of ``IntervalEvaluator`` over a tape, written as straight-line code for many boxes at a time.
///
/// What the evaluator stops at, an empty value, marks the lane here: ``IntervalBuilder/emptyLanes``.
extension IntervalTape {
  /// The enclosures of all values over the inputs' intervals, by place; nil if the tape has choices, a constant that is
  /// NaN, or an operation without a rule.
  ///
  /// - Parameter parameters: the values of the last inputs.
  package func enclosures(
    over inputs: [IntervalBuilder.Value], parameters: [Interval], _ builder: inout IntervalBuilder
  ) -> [IntervalBuilder.Value]? {
    let fixed = parameters + constants
    // A NaN is the empty set.
    guard !hasChoices, !fixed.contains(where: \.isEmpty) else { return nil }
    var values = inputs + fixed.map { builder.constant($0) }
    for step in steps {
      let value = builder.enclosure(
        step.operation, values[Int(step.a)], values[Int(step.b)], index: Int(step.index))
      guard let value else { return nil }
      values.append(value)
    }
    return values
  }

  /// The lanes in which outputs may be undefined or not continuous somewhere; nil if there are none.
  package func discontinuity(
    of values: [IntervalBuilder.Value], _ builder: inout IntervalBuilder
  ) -> IntervalBuilder.Mask? {
    var mask: IntervalBuilder.Mask?
    for k in discontinuousSteps {
      let step = steps[k]
      let place = builder.discontinuity(
        step.operation, values[Int(step.a)], values[Int(step.b)], index: Int(step.index))
      guard let place else { continue }
      mask = mask.map { builder.or($0, place) } ?? place
    }
    return mask
  }

  /// Contracts the inputs, and all other values, to where every output may have a value in its target.
  ///
  /// - Parameter targets: nil for an output that may have any value.
  package func contract(
    _ values: inout [IntervalBuilder.Value], to targets: [IntervalBuilder.Value?],
    _ builder: inout IntervalBuilder
  ) {
    for (place, target) in zip(outputs, targets) {
      if let target { values[place] = builder.intersection(target, values[place]) }
    }
    for (k, step) in steps.enumerated().reversed() {
      let (i, j) = (Int(step.a), Int(step.b))
      var (a, b) = (values[i], values[j])
      builder.contract(step.operation, &a, &b, to: values[firstStep + k], index: Int(step.index))
      if i != j {
        (values[i], values[j]) = (a, b)
      } else {
        // Unary operations leave b as it is.
        values[i] = step.operation.definition.value.operandCount > 1 ? builder.intersection(b, a) : a
      }
    }
  }
}
