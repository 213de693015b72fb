// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

// Both modes of differentiation are sweeps over the nodes that lie between the variables and the result.
// Griewank, Walther, "Evaluating Derivatives", 2nd ed. (2008), chapter 3.

/// The nodes that a result was computed from and that depend on some of `variables`, in the order of their
/// computation; those of the variables are among them.
private func dependents<Scalar>(
  of results: [TracedTensor<Scalar>], on variables: [TraceNode<Scalar>]
) -> [TraceNode<Scalar>] {
  guard let oldest = variables.map(\.number).min() else { return [] }
  var found: [TraceNode<Scalar>] = []
  var seen: Set<ObjectIdentifier> = []
  var open = results.compactMap(\.node)
  while let node = open.popLast() {
    // What is older than all variables depends on none of them.
    guard node.number >= oldest, seen.insert(ObjectIdentifier(node)).inserted else { continue }
    found.append(node)
    for parent in node.parents { if let parent { open.append(parent) } }
  }
  found.sort { $0.number < $1.number }
  var dependent = Set(variables.map { ObjectIdentifier($0) })
  return found.filter { node in
    if dependent.contains(ObjectIdentifier(node)) { return true }
    guard node.parents.contains(where: { $0.map { dependent.contains(ObjectIdentifier($0)) } ?? false })
    else { return false }
    dependent.insert(ObjectIdentifier(node))
    return true
  }
}

/// The reverse mode: Σ Jᵀ ȳ over the results, for each variable; nil where the results do not depend on it.
///
/// - Parameter isRecording: whether the cotangents are to be differentiated further.
/// - Complexity: a small multiple of the computation from variables to results.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func cotangents<Scalar: TensorScalar>(
  of results: [(result: TracedTensor<Scalar>, seed: TracedTensor<Scalar>)],
  by variables: [TracedTensor<Scalar>], isRecording: Bool
) -> [TracedTensor<Scalar>?] {
  let targets = variables.map(\.node)
  let nodes = dependents(of: results.map(\.result), on: targets.compactMap { $0 })
  let positions = Dictionary(
    uniqueKeysWithValues: nodes.enumerated().map { (ObjectIdentifier($0.element), $0.offset) })
  func position(_ node: TraceNode<Scalar>?) -> Int? { node.flatMap { positions[ObjectIdentifier($0)] } }

  var isTarget = [Bool](repeating: false, count: nodes.count)
  for target in targets { if let position = position(target) { isTarget[position] = true } }
  var cotangents = [TracedTensor<Scalar>?](repeating: nil, count: nodes.count)
  for (result, seed) in results {
    guard let position = position(result.node) else { continue }
    cotangents[position] = sum(cotangents[position], seed)
  }
  for (place, node) in nodes.enumerated().reversed() {
    guard let rules = node.rules, let cotangent = cotangents[place] else { continue }
    let parents = node.parents.map(position)
    if parents.allSatisfy({ $0 == nil }) { continue }
    // What is not asked for is released as soon as it has been passed on.
    if !isTarget[place] { cotangents[place] = nil }
    let contributions = rules.cotangents(
      cotangent, node.step(isRecording: isRecording), parents.map { $0 != nil })
    for (parent, contribution) in zip(parents, contributions) {
      if let parent { cotangents[parent] = sum(cotangents[parent], contribution) }
    }
  }
  return targets.map { position($0).flatMap { cotangents[$0] } }
}

/// The forward mode: Σ J ẋ over the variables, for each result; nil where it does not depend on one.
///
/// - Complexity: a small multiple of the computation from variables to results.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func tangents<Scalar: TensorScalar>(
  of results: [TracedTensor<Scalar>],
  along variables: [(variable: TracedTensor<Scalar>, tangent: TracedTensor<Scalar>)], isRecording: Bool
) -> [TracedTensor<Scalar>?] {
  let nodes = dependents(of: results, on: variables.compactMap(\.variable.node))
  var tangents: [ObjectIdentifier: TracedTensor<Scalar>] = [:]
  for (variable, tangent) in variables {
    if let node = variable.node {
      tangents[ObjectIdentifier(node)] = sum(tangents[ObjectIdentifier(node)], tangent)
    }
  }
  for node in nodes {
    guard let rules = node.rules, tangents[ObjectIdentifier(node)] == nil else { continue }
    let incoming = node.parents.map { $0.flatMap { tangents[ObjectIdentifier($0)] } }
    guard incoming.contains(where: { $0 != nil }) else { continue }
    tangents[ObjectIdentifier(node)] = rules.tangent(incoming, node.step(isRecording: isRecording))
  }
  return results.map { $0.node.flatMap { tangents[ObjectIdentifier($0)] } }
}
