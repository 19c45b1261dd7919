DROP VIEW IF EXISTS `denorm_capture_log`
--
DROP TABLE IF EXISTS `denorm_changes`, `denorm_layouts`, `denorm_plans`, `denorm_installed`, `denorm_state`,
  `denorm_feed`, `denorm_generations`, `denorm_work`, `denorm_aside`, `denorm_consumers`,
  `denorm_holds`, `denorm_failed`
