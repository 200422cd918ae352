import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html, jsonScript, trusted } from '../../../src/report/page/html.ts'

describe('html', () => {
  it('escapes every value, in text and in attributes', () => {
    const hostile = `"><script>alert('x')</script>&amp;`
    const { html: markup } = html`<p title="${hostile}">${hostile}</p>`
    expect(markup).not.toContain('<script')
    expect(markup.match(/"/g)).toHaveLength(2)
    expect(markup).toContain('&#38;amp;')
  })

  it('leaves markup from html and trusted as it is, joins arrays, and drops false, null and undefined', () => {
    expect(html`${[html`<b>${1}</b>`, trusted('<i></i>')]}${false}${null}${undefined}`.html).toBe('<b>1</b><i></i>')
  })

  it('gives back any text once a browser has read the entities', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units)
        const read = html`${text}`.html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
        expect(read).toBe(text)
      }),
    )
  })
})

describe('jsonScript', () => {
  const content = (markup: string) => markup.slice(markup.indexOf('>') + 1, markup.lastIndexOf('</script>'))

  it('keeps any value and never holds what could end or hide the element', () => {
    const parts = fc.constantFrom('</script>', '<!--', '-->', '<script', '\u2028', '\u2029', '&lt;', '\\', '"', 'a')
    fc.assert(
      fc.property(fc.array(fc.array(parts).map((p) => p.join(''))), (value) => {
        const json = content(jsonScript('data', value).html)
        expect(JSON.parse(json)).toEqual(value)
        expect(json).not.toMatch(/[<>&\u2028\u2029]/)
      }),
    )
  })
})
