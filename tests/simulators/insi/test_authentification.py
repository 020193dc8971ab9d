"""Trois modes d'authentification : certificat logiciel, carte, Pro Santé Connect ; la structure est reconnue."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.signer import XMLSigner

from simulators.insi import SimulateurINSi
from simulators.socle.identites import par_cas
from tests.simulators.insi import aides
from tests.simulators.insi.conftest import Banc

CORPS = aides.traits_de(par_cas("nominal"))
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def _carte(banc: Banc, *assertions: etree._Element) -> requests.Response:
    return banc.appeler_carte(aides.enveloppe(CORPS, securite=aides.securite(*assertions)))


@pytest.mark.parametrize("nom", ["insi_auto", "insi_manu"])
def test_certificats_admis(banc: Banc, nom: str) -> None:
    """INSI-AUTO et INSI-MANU ouvrent le service."""
    reponse = banc.appeler(aides.enveloppe(CORPS), identifiants=banc.socle.igc.identifiants(nom))
    assert aides.code_cr(reponse) == "00"


@pytest.mark.parametrize("cn", ["Insi-Auto", "INSI_AUTO", "INSI-MANUEL"])
def test_cn_refuse(banc: Banc, cn: str) -> None:
    """Tout autre CN, même proche, finit en desir_560."""
    identifiants = banc.socle.igc.identifiants("insi_auto", cn=cn)
    reponse = banc.appeler(aides.enveloppe(CORPS), identifiants=identifiants)
    assert (reponse.status_code, aides.faute(reponse)) == (500, "desir_560")
    assert banc.dernier().notes["faute"] == "desir_560"


def test_autre_certificat_de_structure(banc: Banc) -> None:
    """Un certificat d'authentification de structure sans CN INSi est refusé de même."""
    reponse = banc.appeler(aides.enveloppe(CORPS), identifiants=banc.socle.igc.identifiants("org_auth_cli"))
    assert aides.faute(reponse) == "desir_560"


@pytest.mark.parametrize("variante", ["expire", "revoque", "autre_autorite", "auto_signe"])
def test_certificat_hors_service(banc: Banc, variante: str) -> None:
    """Un certificat expiré, révoqué ou d'ailleurs n'aboutit pas, et le refus est au journal."""
    avant = banc.journal.position()
    with pytest.raises(requests.exceptions.ConnectionError):
        banc.appeler(aides.enveloppe(CORPS), identifiants=banc.socle.igc.identifiants("insi_auto", variante))
    refus = banc.journal.attendre_enregistrement(lambda e: True, depuis=avant, delai=5, type="poignee_refusee")
    assert refus is not None


@pytest.mark.parametrize("variante", ["autre_autorite", "expire"])
def test_mauvais_certificat_du_serveur(banc: Banc, variante: str) -> None:
    """Le service peut se présenter avec un mauvais certificat : un client correct refuse de lui parler."""
    faux = SimulateurINSi(banc.journal, banc.socle.igc)
    faux.monter(banc.socle.serveur, certificat_serveur=banc.socle.igc.serveur(variante=variante))
    with pytest.raises(requests.exceptions.SSLError):
        requests.post(faux.adresses()["url_carte"], data=b"x", verify=banc.racines, timeout=5)


def test_sans_certificat(banc: Banc) -> None:
    """Sans certificat, le port « certificat » ne parle pas."""
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(banc.insi.adresses()["url_certificat"], data=b"x", verify=banc.racines, timeout=5)


def test_assertion_avec_certificat_notee(banc: Banc) -> None:
    """Une assertion envoyée avec un certificat logiciel ne gêne pas la réponse, mais elle est notée."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"))
    reponse = banc.appeler(aides.enveloppe(CORPS, securite=aides.securite(signee)))
    assert aides.code_cr(reponse) == "00"
    assert banc.dernier().notes["assertion_superflue"] == "oui"


def test_carte(banc: Banc) -> None:
    """Une assertion signée par la carte suffit, sans certificat à la connexion."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"))
    reponse = _carte(banc, signee)
    assert aides.code_cr(reponse) == "00", reponse.text
    notes = banc.dernier().notes
    assert notes["authentification"] == "carte"
    assert notes["assertion_name_id"].startswith("8999")


def test_carte_sans_assertion(banc: Banc) -> None:
    """Sans assertion, le port « carte » refuse."""
    assert aides.faute(banc.appeler_carte(aides.enveloppe(CORPS))) == "banc_assertion"


def test_deux_assertions(banc: Banc) -> None:
    """Deux assertions de professionnels sont refusées."""
    premiere = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"))
    seconde = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_2"))
    assert aides.faute(_carte(banc, premiere, seconde)) == "banc_assertion"


def test_assertion_retouchee(banc: Banc) -> None:
    """Un NameID changé après signature est refusé."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"))
    nom = signee.findtext(f"{SAML}Subject/{SAML}NameID") or ""
    message = aides.enveloppe(CORPS, securite=aides.securite(signee)).replace(f">{nom}<".encode(), b">899999999999<", 1)
    reponse = banc.appeler_carte(message)
    assert aides.faute(reponse) == "banc_assertion"
    assert "signature invalide" in reponse.text


def test_assertion_non_signee(banc: Banc) -> None:
    """Une assertion CPS non signée est refusée."""
    assert aides.faute(_carte(banc, aides.assertion(name_id="899900000001", emetteur="CN=X"))) == "banc_assertion"


@pytest.mark.parametrize(("decalage", "attendu"), [(-59, None), (-61, "banc_assertion"), (10, "banc_assertion")])
def test_fraicheur(banc: Banc, decalage: int, attendu: str | None) -> None:
    """Une assertion vaut une heure, et pas avant l'heure."""
    emission = aides.maintenant(timedelta(minutes=decalage))
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"), emission=emission)
    reponse = _carte(banc, signee)
    assert (aides.faute(reponse) or None) == attendu


@pytest.mark.parametrize("variante", ["expire", "revoque", "autre_autorite", "auto_signe"])
def test_certificat_de_signature_refuse(banc: Banc, variante: str) -> None:
    """Le certificat qui signe doit être valable et de l'IGC de test."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1", variante))
    assert aides.faute(_carte(banc, signee)) == "banc_assertion"


def test_signature_par_certificat_d_authentification(banc: Banc) -> None:
    """Un certificat de structure (mutuel) ne signe pas une assertion de professionnel."""
    identifiants = banc.socle.igc.identifiants("insi_auto")
    signataire = aides.assertion(name_id="INSI-AUTO", emetteur="CN=INSI-AUTO")
    signee = XMLSigner(signature_algorithm=SignatureMethod.ECDSA_SHA256).sign(
        signataire,
        key=identifiants.cle,
        cert=[identifiants.certificat],
        reference_uri=f"#{signataire.get('ID')}",
        id_attribute="ID",
    )
    assert aides.faute(_carte(banc, signee)) == "banc_assertion"


def test_psc(banc: Banc) -> None:
    """Le mode Pro Santé Connect est reconnu et noté : assertion non signée, NameQualifier PSC."""
    assert (
        aides.code_cr(_carte(banc, aides.assertion(name_id="899900000001", emetteur="PSC", qualifiant="PSC"))) == "00"
    )
    notes = banc.dernier().notes
    assert notes["authentification"] == "psc"
    assert "n'est pas public" in notes["psc"]


def test_structure(banc: Banc) -> None:
    """L'assertion de structure est reconnue et rapportée, sans être refusée."""
    element = aides.assertion(name_id="1990000001", emetteur="urn:idp:1", qualifiant="")
    sujet = element.find(f"{SAML}Subject")
    assert sujet is not None
    etree.SubElement(sujet, f"{SAML}SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")
    assert aides.code_cr(_carte(banc, element)) == "00"
    assert banc.dernier().notes["authentification"] == "structure"


# --- enveloppement de signature ---------------------------------------------------------------------------------------


def test_assertion_signee_deplacee(banc: Banc) -> None:
    """Une assertion signée cachée dans une assertion forgée est refusée."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"))
    forgee = aides.assertion(name_id="899999999999", emetteur="CN=X")
    forgee.append(signee)
    assert aides.faute(_carte(banc, forgee)) == "banc_assertion"


def test_meme_identifiant_deux_fois(banc: Banc) -> None:
    """Un autre élément qui porte l'ID signé est refusé, où qu'il soit."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"), identifiant="_meme")
    leurre = '<x:Leurre xmlns:x="urn:x" ID="_meme"/>'
    message = aides.enveloppe(CORPS, securite=aides.securite(signee), entetes=aides.bam() + aides.lps() + leurre)
    reponse = banc.appeler_carte(message)
    assert aides.faute(reponse) == "banc_assertion"
    assert "enveloppement" in reponse.text


def test_signature_empruntee(banc: Banc) -> None:
    """La signature d'une assertion, collée sur une autre, est refusée."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"), identifiant="_vraie")
    forgee = aides.assertion(name_id="899999999999", emetteur="CN=X", identifiant="_fausse")
    signature = signee.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    assert signature is not None
    forgee.append(signature)
    original = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"), identifiant="_vraie")
    cachette = f'<x:Cachette xmlns:x="urn:x">{etree.tostring(original, encoding="unicode")}</x:Cachette>'
    message = aides.enveloppe(CORPS, securite=aides.securite(forgee), entetes=aides.bam() + aides.lps() + cachette)
    assert aides.faute(banc.appeler_carte(message)) == "banc_assertion"


def test_commentaire_dans_name_id(banc: Banc) -> None:
    """Un commentaire glissé dans le NameID ne tronque pas l'identité lue."""
    signee = aides.assertion_carte(banc.socle.igc.identifiants("cps_sign_1"))
    nom = signee.findtext(f"{SAML}Subject/{SAML}NameID") or ""
    message = aides.enveloppe(CORPS, securite=aides.securite(signee))
    coupe = message.replace(f">{nom}<".encode(), f">{nom[:5]}<!-- -->{nom[5:]}<".encode(), 1)
    banc.appeler_carte(coupe)
    assert banc.dernier().notes["assertion_name_id"] == nom
