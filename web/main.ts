import 'uplot/dist/uPlot.min.css'
import './style/theme.css'
import './style/base.css'
import './style/overview.css'
import './style/device.css'
import './style/compare.css'
import './style/inputs.css'
import './style/print.css'
import { startApp } from './app.ts'
import { startTheme } from './theme.ts'

startTheme()
startApp(document.body)
