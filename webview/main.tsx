import { render } from 'preact';
import { App } from './app.js';
import { HostLink } from './host.js';
import { registerComponents } from './ui.js';
import './style.css';

registerComponents();
const link = new HostLink();
const root = document.body.appendChild(document.createElement('div'));
root.className = 'root';
render(<App link={link} />, root);
link.connect();
