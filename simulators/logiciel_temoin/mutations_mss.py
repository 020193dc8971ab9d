"""Défauts de la messagerie MSSanté : ce qu'un client de messagerie fait de travers, un comportement à la fois."""

from __future__ import annotations

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.mutations import Mutation, Valeur

CONDUITE: dict[str, str] = {
    # Ce que le courriel contient.
    "mss_message_id_constant": "Tous les courriels ont le même Message-ID.",
    "mss_from_sans_libelle": "L'adresse d'expéditeur n'a pas de libellé.",
    "mss_libelle_sans_prenom": "Le libellé d'une BAL personnelle n'a pas le prénom.",
    "mss_entetes_sans_archive": "X-MSS-CODECDA et X-MSS-INS sont mis même sans archive.",
    "mss_accuse_lecture_toujours": "L'accusé de lecture est demandé à chaque courriel, choisi ou non.",
    "mss_accuse_distribution_toujours": "L'accusé de distribution est demandé à chaque courriel, choisi ou non.",
    "mss_fin_toujours": "X-MSS-MES: FIN est mis à chaque message destiné à un usager.",
    "mss_bcc_visible": "Les destinataires en copie cachée paraissent dans le message.",
    "mss_entete_8_bits": "L'objet accentué part en octets bruts, sans codage.",
    "mss_latin1": "Le corps est en ISO 8859-1.",
    "mss_corps_html_seul": "Un corps mis en forme part en HTML seul.",
    "mss_html_d_abord": "Un corps mis en forme donne l'HTML avant le texte.",
    "mss_html_different": "Le texte et l'HTML d'un même corps ne disent pas la même chose.",
    "mss_sujet_sans_prefixe": "L'objet d'une transmission de documents n'a pas son préfixe XDM.",
    "mss_sujet_nom_accentue": "L'objet porte le nom de naissance avec des accents.",
    "mss_sujet_prenom_absent": "L'objet ne porte pas le prénom.",
    "mss_sujet_libelle_long": "L'objet porte un libellé de plus de 40 caractères.",
    "mss_sujet_autre_patient": "L'objet porte le nom d'un autre patient.",
    "mss_sans_pdf": "Les PDF des documents ne sont pas joints.",
    "mss_sans_archive": "L'archive IHE_XDM n'est pas jointe.",
    "mss_pdf_nom_faux": "Les PDF joints ne sont pas nommés selon la règle.",
    "mss_pdf_non_a1": "Les PDF du laboratoire ne sont pas déclarés PDF/A-1.",
    "mss_pdf_different": "Le PDF joint n'est pas celui du CDA.",
    "mss_archive_mal_nommee": "L'archive est nommée documents.zip.",
    "mss_archive_type_faux": "L'archive est jointe sous le type application/octet-stream.",
    "mss_deux_patients": "L'archive porte aussi un document d'un autre patient.",
    "mss_document_en_trop": "L'archive porte aussi un autre document du dossier.",
    "mss_remplacement_sans_lien": "L'archive d'une nouvelle version ne désigne pas la version qu'elle remplace.",
    "mss_remplacement_autre_cible": "L'archive d'une nouvelle version désigne une fiche inventée.",
    # Ce que le logiciel envoie ou retient.
    "mss_envoi_sans_ins_qualifiee": "Un courriel part à un usager dont l'INS n'est pas qualifiée.",
    "mss_blocage_muet": "L'envoi bloqué à un usager sans INS qualifiée n'est pas expliqué à l'utilisateur.",
    "mss_adresse_saisie": "Un courriel part à une adresse d'usager saisie à la main.",
    "mss_opposition_patient_ignoree": "L'opposition à l'envoi au patient est sans effet.",
    "mss_opposition_professionnel_ignoree": "L'opposition à l'envoi aux professionnels est sans effet.",
    "mss_opposition_des_deux": "L'opposition à l'envoi au patient bloque aussi l'envoi aux professionnels.",
    "mss_opposition_definitive": "Une opposition enregistrée ne peut plus être levée.",
    "mss_patient_oublie": "La validation n'envoie rien au patient, malgré le réglage.",
    "mss_correspondants_oublies": "La validation n'envoie rien aux correspondants, malgré le réglage.",
    "mss_second_correspondant_oublie": "Seul le premier correspondant du dossier reçoit les comptes rendus.",
    "mss_partiel_automatique": "Un compte rendu partiel part de lui-même.",
    "mss_complet_non_envoye": "Le compte rendu complet qui suit un partiel ne part pas.",
    "mss_envoi_manuel_sans_effet": "L'envoi demandé à la main n'a pas lieu.",
    "mss_envoi_double": "Chaque courriel part deux fois.",
    "mss_emission_par_une_autre_bal": "Un courriel écrit depuis une BAL part d'une autre.",
    "mss_suppression_non_annoncee": "La suppression d'un compte rendu n'est annoncée à personne.",
    "mss_suppression_a_un_seul": "La suppression n'est annoncée qu'au premier destinataire.",
    "mss_suppression_texte_fige": "Le message de suppression réglé par le site n'est pas repris.",
    "mss_mention_remplacement_absente": "Une nouvelle version ne porte pas la mention de remplacement.",
    "mss_mention_remplacement_figee": "La mention de remplacement réglée par le site n'est pas reprise.",
    "mss_adresse_retour_ignoree": "L'adresse de retour réglée n'est pas employée.",
    "mss_reessai_absent": "Un refus temporaire de l'opérateur est pris pour définitif.",
    "mss_reessai_en_boucle": "Un refus temporaire est suivi de nouveaux essais immédiats.",
    "mss_refus_pris_pour_envoi": "Un refus définitif de l'opérateur est montré comme un envoi réussi.",
    "mss_refus_renvoye": "Un message refusé définitivement est renvoyé.",
    "mss_echec_bloque_validation": "Une panne de la messagerie fait échouer la validation du compte rendu.",
    # Ce que le logiciel reçoit et montre.
    "mss_accuse_ignore": "Les accusés reçus ne sont pas rapprochés des envois.",
    "mss_accuse_d_un_autre": "Un accusé est porté au dernier envoi, quel que soit le message dont il parle.",
    "mss_accuse_premier_venu": "Tout accusé reçu, même d'échec, vaut réception.",
    "mss_lecture_jamais_rendue": "L'accusé de lecture qu'un courriel reçu demande n'est jamais rendu.",
    "mss_lecture_rendue_d_office": "Un accusé de lecture est rendu même d'un courriel qui n'en demande pas.",
    "mss_lecture_rendue_a_soi": "L'accusé de lecture part vers la boîte qui a reçu le courriel.",
    "mss_lecture_rendue_en_texte": "L'accusé de lecture est un courriel de texte, sans partie lisible par une machine.",
    "mss_lecture_non_montree": "Les accusés de lecture ne sont pas montrés.",
    "mss_echec_tardif_ignore": "Un avis de non distribution ne change pas l'état de l'envoi.",
    "mss_rattachement_par_nom": "Le patient d'un courriel est cherché par son nom.",
    "mss_premier_patient": "Un courriel est rattaché au premier patient de la base.",
    "mss_rattachement_par_objet": "Le patient d'un courriel est tiré de l'objet, sans lire l'archive.",
    "mss_integration_autre_patient": "Un document dont l'INS n'est pas celle du dossier est intégré.",
    "mss_integration_sans_effet": "L'intégration des documents d'un courriel ne range rien au dossier.",
    "mss_integration_premier_document": "Seul le premier document d'un courriel est intégré.",
    "mss_objet_prefixe_affiche": "L'objet est affiché avec son préfixe technique.",
    "mss_origine_non_distinguee": "Les courriels d'usagers sont montrés comme ceux de professionnels.",
    "mss_lecture_marque_lu": "Relever la boîte marque tous les messages comme lus.",
    "mss_neuf_correspondants": "Un dossier n'admet que neuf correspondants.",
    # Ce que le logiciel trace.
    "trace_mssante_absente": "Les opérations sur les BAL MSSanté ne sont pas tracées.",
    "mss_trace_sans_reponse": "Les traces de messagerie ne gardent pas la réponse de l'opérateur.",
    "mss_trace_sans_demande": "Les traces de messagerie ne gardent pas la demande faite à l'opérateur.",
    "mss_trace_echecs_absents": "Seules les opérations de messagerie réussies sont tracées.",
    "mss_trace_contenu": "Les traces d'envoi gardent le texte du message.",
    "mss_trace_utc": "Les traces de messagerie sont à l'heure UTC, sans heure locale.",
}  # fmt: skip
"""Défauts joués là où ils agissent, par leur nom."""


def _ligne(description: str, cible: str, valeur: Valeur, *operations: str) -> Mutation:
    return Mutation(description, "mss_entetes", cible, "remplacer", valeur, operations)


def _sans(description: str, entete: str) -> Mutation:
    """Retire un en-tête, lignes de suite comprises."""
    return _ligne(description, rf"(?m)^{entete}:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*", "")


def _metadonnee(description: str, cible: str, geste: str, valeur: Valeur = "") -> Mutation:
    return Mutation(description, "mss_metadata", cible, geste, valeur)


ENTETES: dict[str, Mutation] = {
    "mss_nil_absent": _sans("X-MSS-NIL manque.", "X-MSS-NIL"),
    "mss_nil_faux": _ligne(
        "X-MSS-NIL n'est pas la référence du produit.", r"(?m)^X-MSS-NIL: [^\r]*", "X-MSS-NIL: DEV0"
    ),
    "mss_ins_absent": _sans("X-MSS-INS manque.", "X-MSS-INS"),
    "mss_ins_toujours_o": _ligne("X-MSS-INS vaut toujours O.", r"(?m)^X-MSS-INS: N", "X-MSS-INS: O"),
    "mss_ins_toujours_n": _ligne("X-MSS-INS vaut toujours N.", r"(?m)^X-MSS-INS: O", "X-MSS-INS: N"),
    "mss_ins_en_toutes_lettres": _ligne("X-MSS-INS vaut oui ou non.", r"(?m)^X-MSS-INS: [ON]", "X-MSS-INS: oui"),
    "mss_codecda_absent": _sans("X-MSS-CODECDA manque.", "X-MSS-CODECDA"),
    "mss_codecda_constant": _ligne(
        "X-MSS-CODECDA ne vient pas des documents.", r"(?m)^X-MSS-CODECDA: [^\r]*", "X-MSS-CODECDA: 34112-3"
    ),
    "mss_codecda_d_un_seul": _ligne(
        "X-MSS-CODECDA ne donne que le premier document.", r"(?m)^(X-MSS-CODECDA: [^,\r]*),[^\r]*", r"\1"
    ),
    "mss_codecda_separateur": _ligne(
        "X-MSS-CODECDA sépare les codes par un point-virgule.",
        r"(?m)^X-MSS-CODECDA: [^\r]*,[^\r]*",
        lambda ligne: ligne.replace(",", ";"),
    ),
    "mss_entetes_soulignes": _ligne(
        "Les en-têtes X-MSS sont écrits avec des soulignés.", r"(?m)^X-MSS-([A-Z]+):", r"X_MSS_\1:"
    ),
    "mss_message_id_absent": _sans("Message-ID manque.", "Message-ID"),
    "mss_message_id_sans_chevrons": _ligne(
        "Message-ID n'a pas la forme de la RFC 5322.", r"(?m)^Message-ID: <([^>@]*)@[^>]*>", r"Message-ID: \1"
    ),
    "mss_in_reply_to_absent": _sans("Une réponse n'a pas In-Reply-To.", "In-Reply-To"),
    "mss_in_reply_to_autre": _ligne(
        "In-Reply-To désigne un autre message.", r"(?m)^In-Reply-To: <", "In-Reply-To: <autre."
    ),
    "mss_references_absentes": _sans("Une réponse n'a pas References.", "References"),
    "mss_libelle_minuscule": _ligne(
        "Le libellé de l'expéditeur porte le nom en minuscules.",
        r"(?m)^From: [^<\r]*<",
        lambda debut: "From: " + debut[6:].lower(),
    ),
    "mss_libelle_par_espaces": _ligne(
        "Le libellé d'une BAL personnelle est séparé par des espaces.",
        r"(?m)^From: [^<\r]*<",
        lambda debut: debut.replace("_", " "),
        "PER",
    ),
    "mss_from_autre_adresse": _ligne(
        "From porte une autre adresse que la BAL d'émission.", r"(?m)^(From: [^<\r]*)<[^@>]*@", r"\1<contact@"
    ),
    "mss_reply_to_absent": _sans("Reply-To manque aux messages de la BAL applicative.", "Reply-To"),
    "mss_reply_to_applicative": _ligne(
        "Reply-To désigne la BAL applicative.",
        r"(?ms)^(From: [^<]*<?)([^\s<>]+@[^\s<>]+)(>?\r\n)Reply-To: [^\r]*",
        r"\1\2\3Reply-To: \2",
    ),
    "mss_fin_minuscules": _ligne("X-MSS-MES vaut fin.", r"(?m)^X-MSS-MES: FIN", "X-MSS-MES: fin"),
    "mss_fin_absente": _sans("Le souhait de ne pas recevoir de réponse n'est pas transmis.", "X-MSS-MES"),
    "mss_accuse_distribution_absent": _sans("L'accusé de distribution n'est pas demandé.", "Return-Receipt-To"),
    "mss_accuse_autre_adresse": _ligne(
        "L'accusé de distribution est demandé pour une autre adresse.",
        r"(?m)^Return-Receipt-To: [^@\r]*@",
        "Return-Receipt-To: accuses@",
    ),
    "mss_accuse_lecture_absent": _sans("L'accusé de lecture n'est pas demandé.", "Disposition-Notification-To"),
    "mss_accuse_lecture_autre_adresse": _ligne(
        "L'accusé de lecture est demandé pour une autre adresse.",
        r"(?m)^Disposition-Notification-To: [^@\r]*@",
        "Disposition-Notification-To: accuses@",
    ),
    "mss_date_absente": _sans("Date manque.", "Date"),
    "mss_date_iso": _ligne(
        "Date n'a pas la forme de la RFC 5322.", r"(?m)^Date: [^\r]*", "Date: 2026-01-05T10:00:00+01:00"
    ),
    "mss_sujet_double": _ligne(
        "L'objet est écrit deux fois.", r"(?m)^Subject: [^\r]*\r\n(?:[ \t][^\r]*\r\n)*", lambda lignes: lignes * 2
    ),
    "mss_sujet_date_iso": _ligne(
        "L'objet porte la date de naissance AAAA-MM-JJ.",
        r"(?m)(\d{2})/(\d{2})/(\d{4})(?=\r\n)",
        r"\3-\2-\1",
    ),
}

MENTION: dict[str, Mutation] = {
    "mss_mention_absente": Mutation(
        "Les messages de la BAL applicative ne disent pas qu'ils sont automatiques.",
        "mss_mention",
        r"(?s).+",
        "remplacer",
    ),
    "mss_mention_sans_adresse": Mutation(
        "La mention d'envoi automatique ne dit pas qui joindre.",
        "mss_mention",
        r" Pour nous répondre.*",
        "remplacer",
    ),
    "mss_mention_adresse_applicative": Mutation(
        "La mention d'envoi automatique donne une adresse hors de la messagerie sécurisée.",
        "mss_mention",
        r"[^\s@]+@\S+(?=\.$)",
        "remplacer",
        "contact@laboratoire.example",
    ),
}

_FICHE = "//ExtrinsicObject"
_PATIENT = f"ExternalIdentifier[@identificationScheme='{s.PATIENT_ID}']"

METADONNEES: dict[str, Mutation] = {
    "mss_metadata_hash_faux": _metadonnee(
        "Le condensat du document est faux dans METADATA.XML.",
        f"{_FICHE}/Slot[@name='hash']//Value",
        "remplacer",
        "0" * 40,
    ),
    "mss_metadata_taille_fausse": _metadonnee(
        "La taille du document est fausse dans METADATA.XML.", f"{_FICHE}/Slot[@name='size']//Value", "remplacer", "1{}"
    ),
    "mss_metadata_uri_fausse": _metadonnee(
        "METADATA.XML désigne un fichier absent de l'archive.",
        f"{_FICHE}/Slot[@name='URI']//Value",
        "remplacer",
        "ABSENT.XML",
    ),
    "mss_metadata_sans_patient": _metadonnee("patientId manque à METADATA.XML.", f"{_FICHE}/{_PATIENT}", "retirer"),
    "mss_metadata_autre_patient": _metadonnee(
        "patientId de METADATA.XML désigne un autre patient.",
        f"{_FICHE}/{_PATIENT}/@value",
        "remplacer",
        "100019999900149^^^&1.2.250.1.213.1.4.10&ISO^NH",
    ),
    "mss_metadata_sans_association": _metadonnee(
        "METADATA.XML ne rattache pas le document au lot.",
        f"//Association[@associationType='{s.HAS_MEMBER}']",
        "retirer",
    ),
    "mss_metadata_type_autre": _metadonnee(
        "typeCode de METADATA.XML n'est pas celui du CDA.",
        f"{_FICHE}/Classification[@classificationScheme='{s.TYPE}']/@nodeRepresentation",
        "remplacer",
        "34133-9",
    ),
}

MSS: dict[str, Mutation] = {**ENTETES, **MENTION, **METADONNEES}
"""Défauts joués sur le courriel ou sur les métadonnées, juste avant l'envoi."""
