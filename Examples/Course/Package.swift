// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
  name: "Course",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "Nabla", path: "../..")],
  targets: [
    .executableTarget(
      name: "Course",
      dependencies: [.product(name: "Nabla", package: "Nabla")],
      swiftSettings: [.treatAllWarnings(as: .error), .enableUpcomingFeature("MemberImportVisibility")])
  ],
  swiftLanguageModes: [.v6]
)
