"""For machines that run cases: JUnit, Allure, the summary of a step."""
