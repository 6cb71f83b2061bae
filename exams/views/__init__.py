"""The learner's pages of exams, a module for each noun."""
