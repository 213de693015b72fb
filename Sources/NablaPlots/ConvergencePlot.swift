// SPDX-License-Identifier: Apache-2.0

public import NablaOptimization

/// How fast methods converge: the gradient's norm, and the value above the least one that any of them found, against the
/// number of steps, on logarithmic axes; as SVG. The steps' axis is logarithmic too, and without the start, where one
/// method takes twenty times the steps of another.
///
/// Linear convergence is a straight line; Newton's method falls ever faster. The least value itself is not shown:
/// its distance is 0.
public struct ConvergencePlot: Sendable {
  private let traces: [(name: String, states: [OptimizationState])]

  /// What stands above the picture.
  public var title: String

  /// - Parameters:
  ///   - traces: methods with the points they accepted (`OptimizationOptions.keepsTrace`).
  ///   - title: what stands above the picture.
  public init(_ traces: [(name: String, states: [OptimizationState])], title: String = "") {
    self.traces = traces
    self.title = title
  }

  /// The picture.
  public var svg: String {
    let least = traces.flatMap { $0.states.map(\.value) }.filter(\.isFinite).min() ?? 0
    let counts = traces.map { Double($0.states.last?.iteration ?? 0) }.filter { $0 > 0 }
    let isUneven = (counts.max() ?? 0) > 20 * (counts.min() ?? 0)
    func plot(_ name: String, _ height: (OptimizationState) -> Double) -> LinePlot {
      LinePlot(
        traces.map { trace in
          LinePlot.Line(
            name: trace.name, points: trace.states.map { (Double($0.iteration), height($0)) })
        },
        names: ("steps", name), hasLogarithmicHeights: true, hasLogarithmicWidths: isUneven)
    }
    let plots = [plot("|∇f|", \.gradientNorm), plot("f − least f") { $0.value - least }]
    let (height, distance) = (230.0, 230 + Style.axisHeight + 16)
    let legendTop = Style.top + 2 * distance - 16
    var svg = SVG(width: Style.width, height: legendTop + plots[0].legend.height)
    svg.title(title, Style.left)
    for (k, plot) in plots.enumerated() {
      plot.draw(in: &svg, id: "frame\(k)", top: Style.top + Double(k) * distance, height: height)
    }
    plots[0].legend.draw(in: &svg, top: legendTop)
    return svg.document(
      title: title.isEmpty ? "convergence of \(traces.map(\.name).joined(separator: ", "))" : title)
  }
}
