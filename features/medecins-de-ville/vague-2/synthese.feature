# language: fr
Fonctionnalité: Volet de synthèse médicale rempli d'avance
  Le volet s'ouvre rempli du dossier ; ce que le professionnel y change ou en retire est ce qui est généré.

  @DOC.03.01
  Scénario: Le volet s'ouvre rempli du dossier, se corrige, et se génère corrigé
    # Une donnée changée, une retirée, les autres intactes ; le dossier d'un autre patient n'y entre pas.
    Étant donné un patient « Gaspard » dont le statut est « identité qualifiée »
    Et un patient « Hermine » dont le statut est « identité qualifiée »
    Et le dossier médical du patient « Gaspard »
      | rubrique           | contenu                          |
      | pathologie         | Goutte                           |
      | pathologie         | Lombalgie chronique              |
      | antécédent         | Fracture du scaphoïde en 2011    |
      | allergie           | Allopurinol, éruption            |
      | point de vigilance | Uricémie à contrôler en juin     |
      | traitement         | COLCHICINE 1 mg, le soir         |
    Et le dossier médical du patient « Hermine »
      | rubrique           | contenu                       |
      | pathologie         | Hypothyroïdie                 |
      | allergie           | Latex, urticaire de contact   |
      | traitement         | LÉVOTHYROXINE 75 µg, à jeun   |
    Alors le volet de synthèse médicale du patient « Hermine » s'ouvre rempli de son dossier
    Et le volet de synthèse médicale du patient « Gaspard » s'ouvre rempli de son dossier
    Quand le professionnel génère le volet de synthèse médicale « synthèse corrigée » du patient « Gaspard », ainsi corrigé
      | rubrique   | contenu                      |
      | traitement | FÉBUXOSTAT 80 mg, le matin   |
      | pathologie | Goutte                       |
      | antécédent |                              |
    Alors « synthèse corrigée » porte les corrections du professionnel, et plus ce qu'il a retiré
