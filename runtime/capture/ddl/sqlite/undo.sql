DROP TABLE IF EXISTS main.denorm_installed
--
DROP TABLE IF EXISTS main.denorm_plans
--
DROP TABLE IF EXISTS main.denorm_layouts
--
DROP TABLE IF EXISTS main.denorm_changes
